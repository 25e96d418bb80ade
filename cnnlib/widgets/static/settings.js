// The controls a chapter offers: steppers for sizes and strides, buttons for words, and which axes they set.
import { button, choice, el } from "./dom.js";

const AXES = ["rows", "columns"];

// A value for each axis, from a number, a word or "2,1".
/** @type {(value: unknown) => (number | string)[]} */
const perAxis = (value) =>
  String(value)
    .split(",")
    .map((v) => (v !== "" && !Number.isNaN(Number(v)) ? Number(v) : v));

/** @type {(control: Control, value: number | string) => boolean} */
const fits = ({ options, words = [], min = 0, max = 0 }, value) =>
  (options ?? words).includes(String(value)) ||
  (!options &&
    typeof value === "number" &&
    Number.isInteger(value) &&
    value >= min &&
    value <= max);

// What a control is set to on each of its axes: a link may ask for anything.
/**
 * @param {Control} control
 * @param {Geometry} geometry
 * @returns {(number | string)[] | null}
 */
function chosen(control, geometry) {
  const found = perAxis(geometry[control.name]);
  return found.length <= control.value.length && found.every((v) => fits(control, v))
    ? control.value.map((_, k) => found[k] ?? found[0])
    : null;
}

/** @type {Record<string, (span: number) => number>} */
const PADS = { valid: () => 0, same: (span) => span, full: (span) => 2 * span };

const late = (/** @type {Control} */ control) => control.name === "padding"; // words ask for the size and the dilation of the kernel

// Put what the reader set into the rule and the sizes: a control only knows places, not meanings.
/**
 * @param {Pick<TraceState, "trace" | "controls">} state
 * @param {Geometry} geometry
 * @returns {{ rule?: Rule, shapes: Record<string, number[]> }}
 */
export function configure({ trace, controls = [] }, geometry) {
  const rule = trace.rule && structuredClone(trace.rule);
  const written = Object.entries(trace.operands);
  const shapes = Object.fromEntries(written.map(([name, a]) => [name, [...a.shape]]));
  for (const control of [...controls].sort((a, b) => Number(late(a)) - Number(late(b)))) {
    const values = chosen(control, geometry);
    if (!values || !rule) continue;
    for (const [kind, name, d, axis, k] of control.set)
      put(rule, shapes, { kind, name: name ?? "", d, axis: axis ?? "", value: values[k] });
  }
  return { rule, shapes };
}

/**
 * @param {Rule} rule
 * @param {Record<string, number[]>} shapes
 * @param {{ kind: string, name: string, d: number, axis: string, value: number | string }} what
 */
function put(rule, shapes, { kind, name, d, axis, value }) {
  const dims = rule.groups.flatMap((g) => g.cells[name]?.[d] ?? []);
  if (kind === "ties") {
    for (const { coef } of rule.groups)
      if (typeof coef === "object" && "ties" in coef) coef.ties = String(value);
  } else if (kind === "size") shapes[name][d] = Number(value);
  else if (kind === "loop") rule.sizes[name] = Number(value);
  else if (kind === "coef")
    for (const dim of dims) dim.axes[axis] = Math.sign(dim.axes[axis]) * Number(value);
  else if (kind === "pad")
    for (const dim of dims) dim.pad = padding(rule, shapes, dim, axis, value);
}

/**
 * @param {Rule} rule
 * @param {Record<string, number[]>} shapes
 * @param {AffineIndex} dim
 * @param {string} axis
 * @param {number | string} value a number, or a word that asks for the kernel's span
 */
function padding(rule, shapes, dim, axis, value) {
  if (!(value in PADS)) return [Number(value), Number(value)];
  const total = PADS[value]((tapsOf(rule, shapes, axis) - 1) * Math.abs(dim.axes[axis]));
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * @param {Rule} rule
 * @param {Record<string, number[]>} shapes
 * @param {string} axis
 */
function tapsOf(rule, shapes, axis) {
  for (const [name, found] of Object.entries(rule.groups[0].cells)) {
    const d = found.findIndex((dim) => String(Object.keys(dim.axes)) === axis);
    if (d >= 0) return shapes[name][d];
  }
  return rule.sizes[axis];
}

/**
 * @param {Control[]} controls
 * @param {(name: string, value: number | string) => void} onpick
 */
export function makeSettings(controls, onpick) {
  let on = "both";
  /** @type {Record<string, (number | string)[]>} */
  const now = {};
  const wide = controls.some((control) => control.value.length > 1);
  /** @type {[string, string][]} */
  const sides = ["both", ...AXES].map((v) => [v, v]);
  const axes = choice("Axes", sides, aim);
  const shown = controls.map((control) => (control.options ? words(control) : stepper(control)));
  const warning = el("p", { class: "cnn-warning", role: "status" });
  const label = el("span", { "aria-hidden": "true" }, "set for");
  const which = wide && el("div", { class: "cnn-setting cnn-axes" }, label, axes);
  const nodes = shown.map((s) => s.node);
  const node = el("div", { class: "cnn-settings", hidden: !controls.length }, nodes, which);
  aim("both");
  return { node, warning, show, reset: () => aim("both") };

  /** @param {string} side */
  function aim(side) {
    on = side;
    axes.show(on);
  }
  /**
   * @param {Geometry} geometry
   * @param {string} problem
   */
  function show(geometry, problem) {
    controls.forEach((control, k) => {
      now[control.name] = chosen(control, geometry) ?? control.value;
      shown[k].show(now[control.name]);
    });
    warning.textContent = problem;
  }
  /**
   * Set the axes that are being changed and leave the other one.
   * @param {Control} control
   * @param {(value: number | string) => number | string} change
   */
  function set(control, change) {
    const k = AXES.indexOf(on);
    const single = control.value.length < 2;
    const values = now[control.name].map((v, axis) =>
      k < 0 || k === axis || single ? change(v) : v,
    );
    onpick(control.name, values.every((v) => v === values[0]) ? values[0] : values.join(","));
  }
  /**
   * @param {Control} control
   * @param {string} name
   * @param {string[]} options
   */
  function named(control, name, options) {
    return choice(
      name,
      options.map((o) => [o, o]),
      (v) => set(control, () => v),
    );
  }
  /** @param {Control} control */
  function words(control) {
    const group = named(control, control.label, control.options ?? []);
    const title = el("span", { "aria-hidden": "true" }, control.label);
    const show = (/** @type {(number | string)[]} */ [v]) => group.show(v);
    return { node: el("div", { class: "cnn-setting" }, title, group), show };
  }
  /** @param {Control} control */
  function stepper(control) {
    const { label, min = 0, max = 0 } = control;
    const output = el("output", {});
    const by = (/** @type {number} */ step) => () =>
      set(control, (v) => Math.min(max, Math.max(min, (typeof v === "number" ? v : 0) + step)));
    const less = button(`Less ${label}`, "−", by(-1));
    const more = button(`More ${label}`, "+", by(1));
    const byName = control.words && named(control, `${label} by name`, control.words);
    const node = el(
      "div",
      { class: "cnn-setting" },
      el("span", {}, label),
      less,
      output,
      more,
      byName,
    );
    return { node, show };

    /** @param {(number | string)[]} values */
    function show(values) {
      const same = values.every((v) => v === values[0]);
      output.textContent = String(same ? values[0] : values.join(" × "));
      less.disabled = values.every((v) => v === min);
      more.disabled = values.every((v) => v === max);
      byName?.show(same ? values[0] : "");
    }
  }
}
