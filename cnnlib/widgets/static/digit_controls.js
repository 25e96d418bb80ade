// What is pressed and chosen in the explorer: one row above the maps, one below.
import { button, choice, el } from "./dom.js";

const WAYS = [
  ["forward", "Forward: activations"],
  ["backward", "Backward: deltas"],
];

/** @param {Record<string, any>} on what is told of a choice */
export function makeControls(names, images, classes, on) {
  const sample = el(
    "select",
    { "aria-label": "Digit", onchange: () => sample.value && on.take(Number(sample.value)) },
    el("option", { value: "" }, "drawn"),
    images.map((image, k) => el("option", { value: k }, image.name)),
  );
  const label = el(
    "select",
    { "aria-label": "Label", onchange: () => on.label(Number(label.value)) },
    Array.from({ length: classes }, (_, k) => el("option", { value: k }, String(k))),
  );
  const way = choice("Pass", WAYS, on.way);
  const range = el("input", {
    type: "range",
    min: 0,
    max: 100,
    "aria-label": "Wave",
    oninput: on.scrub,
  });
  const layerPick = el(
    "select",
    { "aria-label": "Layer", onchange: () => on.layer(Number(layerPick.value)) },
    names.map((name, l) => el("option", { value: l }, name)),
  );
  const steppers = ["row", "column", "map"].map((name) =>
    el("input", { type: "number", min: 0, "aria-label": name, onchange: on.pick }),
  );
  const undoing = button("Undo", "Undo", on.undo);
  const top = el(
    "div",
    { class: "cnn-settings" },
    el("label", {}, "digit ", sample),
    el("label", {}, "label ", label),
    way,
    el("label", {}, "wave ", range),
    button("Clear", "Clear", on.clear),
    button("Descend", "Descend", on.descend),
  );
  const bottom = el(
    "div",
    { class: "cnn-settings" },
    undoing,
    el("label", {}, "layer ", layerPick),
    steppers.map((input) => el("label", {}, `${input.getAttribute("aria-label")} `, input)),
  );
  return { top, bottom, sample, label, way, range, layerPick, steppers, undoing };
}
