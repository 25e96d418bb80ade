// Small helpers for building elements.

const FOCUSED = new Set(["button", "input", "select", "summary"]);
const SVG = new Set(["svg", "line", "circle", "text", "g", "path"]);

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An element with its attributes, listeners (`onclick`: …) and children.
 * @template {string} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {Tag extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag] : any}
 */
export function el(tag, attributes = {}, ...children) {
  const node = SVG.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    // The attribute would need a page whose security policy allows styles in the markup.
    else if (key === "style") node.style.cssText = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  // In Jupyter an arrow or a digit on what has the focus would otherwise be a command of the notebook.
  if (attributes.tabindex || FOCUSED.has(tag))
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const child of children.flat()) {
    if (child != null && child !== false) node.append(/** @type {Node | string} */ (child));
  }
  return /** @type {any} */ (node);
}

/**
 * @param {string} name accessible name
 * @param {string} label what stands on it
 * @param {(event: MouseEvent) => void} onclick
 * @param {Record<string, any>} [more]
 */
export const button = (name, label, onclick, more = {}) => {
  const spoken = name === label ? null : name;
  return el("button", { type: "button", "aria-label": spoken, onclick, ...more }, label);
};

/**
 * A group of buttons of which one is pressed.
 * @param {string} name
 * @param {[value: string, label: string][]} options
 * @param {(value: string) => void} onpick
 */
export function choice(name, options, onpick) {
  const buttons = options.map(([value, label]) =>
    el("button", { type: "button", "data-value": value, onclick: () => onpick(value) }, label),
  );
  const group = el("div", { class: "cnn-seg", role: "group", "aria-label": name }, buttons);
  const show = (/** @type {unknown} */ value) => {
    for (const b of buttons) b.setAttribute("aria-pressed", String(b.dataset.value === value));
  };
  return Object.assign(group, { show });
}

/** @type {Record<string, string>} */
const ROLE = { b: "w", a: "z", y: "z", p: "z", da: "delta", dz: "delta", db: "dw" };

/**
 * Colour of a symbol: its CSS variable, with ink for symbols that have none.
 * @param {string} name
 */
export const role = (name) => {
  const letter = name.replace(/\d+$/, ""); // w1 and w2 are both kernels
  return `var(--sym-${ROLE[letter] ?? (letter === "dx" ? "x" : letter)}, var(--cnn-ink, #1c1f24))`;
};
