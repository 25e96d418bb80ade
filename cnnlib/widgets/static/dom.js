// Small helpers for building elements.

export function el(tag, attributes = {}, ...children) {
  const node = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  // In Jupyter an arrow or a digit on what has the focus would otherwise be a command of the notebook.
  if (attributes.tabindex || FOCUSED.has(tag)) node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

const FOCUSED = new Set(["button", "input", "select", "summary"]);
const SVG = new Set(["svg", "line", "circle", "text", "g"]);

export const button = (name, label, onclick, more = {}) =>
  el("button", { type: "button", "aria-label": name === label ? null : name, onclick, ...more }, label);

// A group of buttons of which one is pressed.
export function choice(name, options, onpick) {
  const buttons = options.map(([value, label]) => el("button", { type: "button", "data-value": value,
    onclick: () => onpick(value) }, label));
  const group = el("div", { class: "cnn-seg", role: "group", "aria-label": name }, buttons);
  group.show = (value) => buttons.forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.value === value)));
  return group;
}

// Colour of a symbol: its CSS variable, with ink for symbols that have none.
const ROLE = { b: "w", a: "z", y: "z", p: "z", da: "delta", dz: "delta", db: "dw" };
export const role = (name) => {
  const letter = name.replace(/\d+$/, ""); // w1 and w2 are both kernels
  return `var(--sym-${ROLE[letter] ?? (letter === "dx" ? "x" : letter)}, var(--cnn-ink, #1c1f24))`;
};
