// The controls a chapter offers: steppers for sizes and strides, buttons for words, and which axes they set.
import { button, choice, el } from "./dom.js";

const AXES = ["rows", "columns"];

// A value for each axis, from a number, a word or "2,1".
const perAxis = (value) =>
  String(value)
    .split(",")
    .map((v) => (v !== "" && !Number.isNaN(Number(v)) ? Number(v) : v));

const fits = ({ options, words = [], min, max }, value) =>
  (options ?? words).includes(value) ||
  (!options && Number.isInteger(value) && value >= min && value <= max);

// What a control is set to on each of its axes: a link may ask for anything.
function chosen(control, geometry) {
  const found = perAxis(geometry[control.name]);
  return found.length <= control.value.length && found.every((v) => fits(control, v))
    ? control.value.map((_, k) => found[k] ?? found[0])
    : null;
}

const PADS = { valid: () => 0, same: (span) => span, full: (span) => 2 * span };

// Put what the reader set into the rule and the sizes: a control only knows places, not meanings.
export function configure({ trace, controls = [] }, geometry) {
  const rule = trace.rule && structuredClone(trace.rule);
  const shapes = Object.fromEntries(
    Object.entries(trace.operands).map(([name, a]) => [name, [...a.shape]]),
  );
  const reach = {
    size: (name, d, axis, value) => {
      shapes[name][d] = value;
    },
    loop: (name, d, axis, value) => {
      rule.sizes[name] = value;
    },
    ties: (name, d, axis, value) => {
      for (const g of rule.groups) if (g.coef.ties) g.coef.ties = value;
    },
    coef: (name, d, axis, value) => {
      for (const dim of dims(name, d)) dim.axes[axis] = Math.sign(dim.axes[axis]) * value;
    },
    pad: (name, d, axis, value) => {
      for (const dim of dims(name, d)) {
        const total = PADS[value]?.((taps(axis) - 1) * Math.abs(dim.axes[axis]));
        dim.pad =
          total === undefined ? [value, value] : [Math.floor(total / 2), Math.ceil(total / 2)];
      }
    },
  };
  const late = (control) => control.name === "padding"; // words ask for the size and the dilation of the kernel
  for (const control of [...controls].sort((a, b) => late(a) - late(b))) {
    const values = chosen(control, geometry);
    if (values)
      for (const [kind, name, d, axis, k] of control.set) reach[kind](name, d, axis, values[k]);
  }
  return { rule, shapes };

  function dims(name, d) {
    return rule.groups.flatMap((g) => g.cells[name]?.[d] ?? []);
  }
  function taps(axis) {
    for (const [name, found] of Object.entries(rule.groups[0].cells)) {
      const d = found.findIndex((dim) => String(Object.keys(dim.axes)) === axis);
      if (d >= 0) return shapes[name][d];
    }
    return rule.sizes[axis];
  }
}

export function makeSettings(controls, onpick) {
  let on = "both",
    now = {};
  const wide = controls.some((control) => control.value.length > 1);
  const axes =
    wide &&
    choice(
      "Axes",
      ["both", ...AXES].map((v) => [v, v]),
      (v) => {
        on = v;
        axes.show(on);
      },
    );
  const shown = controls.map((control) => (control.options ? words(control) : stepper(control)));
  const warning = el("p", { class: "cnn-warning", role: "status" });
  const node = el(
    "div",
    { class: "cnn-settings", hidden: !controls.length },
    shown.map((s) => s.node),
    axes &&
      el(
        "div",
        { class: "cnn-setting cnn-axes" },
        el("span", { "aria-hidden": "true" }, "change"),
        axes,
      ),
    warning,
  );
  if (axes) axes.show(on);
  return { node, show };

  function show(geometry, problem) {
    controls.forEach((control, k) =>
      shown[k].show((now[control.name] = chosen(control, geometry) ?? control.value)),
    );
    warning.textContent = problem;
  }
  // Set the axes that are being changed and leave the other one.
  function set(control, change) {
    const k = AXES.indexOf(on);
    const values = now[control.name].map((v, axis) =>
      k < 0 || k === axis || control.value.length < 2 ? change(v) : v,
    );
    onpick(control.name, values.every((v) => v === values[0]) ? values[0] : values.join(","));
  }
  function words(control) {
    const group = choice(
      control.label,
      control.options.map((o) => [o, o]),
      (v) => set(control, () => v),
    );
    return {
      node: el(
        "div",
        { class: "cnn-setting" },
        el("span", { "aria-hidden": "true" }, control.label),
        group,
      ),
      show: ([v]) => group.show(v),
    };
  }
  function stepper(control) {
    const { label, min, max } = control,
      output = el("output", {});
    const by = (step) => () =>
      set(control, (v) => Math.min(max, Math.max(min, (Number.isInteger(v) ? v : 0) + step)));
    const less = button(`Less ${label}`, "−", by(-1)),
      more = button(`More ${label}`, "+", by(1));
    const named =
      control.words &&
      choice(
        `${label} by name`,
        control.words.map((o) => [o, o]),
        (v) => set(control, () => v),
      );
    return {
      node: el("div", { class: "cnn-setting" }, el("span", {}, label), less, output, more, named),
      show: (values) => {
        const [first] = values,
          same = values.every((v) => v === first);
        output.textContent = same ? first : values.join(" × ");
        less.disabled = values.every((v) => v === min);
        more.disabled = values.every((v) => v === max);
        named?.show(same ? first : "");
      },
    };
  }
}
