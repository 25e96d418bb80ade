// The controls a chapter offers: steppers for sizes and strides, buttons for words.
import { button, choice, el } from "./dom.js";
import { allowed } from "./scene.js";

export function makeSettings(controls, onpick) {
  const shown = controls.map((control) => (control.options ? words(control) : stepper(control)));
  const warning = el("p", { class: "cnn-warning", role: "status" });
  const node = el("div", { class: "cnn-settings", hidden: !controls.length }, shown.map((s) => s.node), warning);
  return { node, show };

  function show(geometry, scene) {
    controls.forEach((control, k) => shown[k].show(allowed(control, geometry[control.name]) ? geometry[control.name] : control.value));
    warning.textContent = scene ? "" : "The kernel does not fit the padded input: raise the padding or make the kernel smaller.";
  }
  function words(control) {
    const group = choice(control.label, control.options.map((o) => [o, o]), (v) => onpick(control.name, v));
    return { node: el("div", { class: "cnn-setting" }, el("span", { "aria-hidden": "true" }, control.label), group), show: group.show };
  }
  function stepper(control) {
    let value = control.value;
    const output = el("output", {});
    const less = button(`Less ${control.label}`, "−", () => onpick(control.name, value - 1));
    const more = button(`More ${control.label}`, "+", () => onpick(control.name, value + 1));
    return { node: el("div", { class: "cnn-setting" }, el("span", {}, control.label), less, output, more), show: (v) => {
      value = v;
      output.textContent = v;
      less.disabled = v <= control.min;
      more.disabled = v >= control.max;
    } };
  }
}
