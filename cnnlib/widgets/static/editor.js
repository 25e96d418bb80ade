// Change a number: type it, nudge it, or drag it sideways. One bar serves mouse, touch and keyboard.
import { button, el } from "./dom.js";
import { parse, text } from "./numbers.js";
import { flatten } from "./rule.js";
import { cellName } from "./equation.js";

const PIXELS = 14; // sideways drag for a change of 1

export function makeEditor(view, { root, set, undo, canUndo, reset, link }) {
  let chosen = null,
    dragged = null;
  const name = el("span", { class: "cnn-chosen" });
  const input = el("input", {
    type: "text",
    inputmode: "decimal",
    "aria-label": "Value",
    onkeydown: typed,
    onchange: commit,
  });
  const undoButton = button("Undo", "Undo", undo);
  const note = el("span", { class: "cnn-note", role: "status" });
  const field = el(
    "div",
    { class: "cnn-field", hidden: true },
    name,
    button("Less", "−", () => nudge(-1)),
    input,
    button("More", "+", () => nudge(1)),
  );
  const node = el(
    "div",
    { class: "cnn-editor" },
    field,
    note,
    el(
      "div",
      { class: "cnn-actions" },
      undoButton,
      button("Reset", "Reset", reset),
      button("Link", "Link", share),
    ),
  );
  root.addEventListener("focusin", choose);
  root.addEventListener("focusout", (event) => gridcell(event)?.removeAttribute("aria-label"));
  root.addEventListener("pointerdown", grab);
  root.addEventListener("pointermove", drag);
  root.addEventListener("pointerup", drop);
  root.addEventListener("pointercancel", drop);
  return { node, show, keys, rove };

  function gridcell(event) {
    return event.target.closest?.("[role=gridcell][data-index]");
  }
  function choose(event) {
    const cell = gridcell(event);
    if (!cell) return;
    enter(cell);
    cell.setAttribute("aria-label", spoken(cell));
    const { operand: name, index } = cell.dataset;
    chosen = view.editable(name) ? { name, index } : null;
    if (chosen) chosen.k = same().indexOf(cell);
    show();
  }
  // Of a grid only one cell is in the tab order.
  function enter(cell) {
    for (const other of cell.closest("[role=grid]").querySelectorAll("[tabindex='0']"))
      other.tabIndex = -1;
    cell.tabIndex = 0;
  }
  // The chosen number may stand at several places: in two faces, or on all wires that share a weight.
  function same() {
    return [
      ...root.querySelectorAll(
        `[role=gridcell][data-operand="${chosen.name}"][data-index="${chosen.index}"]`,
      ),
    ];
  }
  function place() {
    return chosen && (same()[chosen.k] ?? same()[0]);
  }
  function show() {
    const array = chosen && view.pass.arrays[chosen.name];
    const there = array && flat() < array.data.length && place();
    field.hidden = !there;
    undoButton.disabled = !canUndo();
    note.textContent = there ? "" : "Choose a number to change it.";
    if (!there) return;
    const called = cellName(chosen.name, flat(), array.shape);
    name.textContent = `${called} =`;
    input.setAttribute("aria-label", `Value of ${called}`);
    if (root.getRootNode().activeElement !== input) input.value = text(value());
  }
  function spoken(cell) {
    const { operand, index, partner = "" } = cell.dataset,
      shape = view.shapeOf(operand);
    const called = cellName(operand, flatten(index.split(","), shape), shape);
    return [called, cell.textContent || "not yet computed", partner.replace("×", "times ")]
      .filter(Boolean)
      .join(", ");
  }
  function flat() {
    return flatten(chosen.index.split(","), view.shapeOf(chosen.name));
  }
  function value() {
    return view.pass.arrays[chosen.name].data[flat()];
  }
  function nudge(by) {
    if (chosen) {
      set(chosen.name, chosen.index, Number((value() + by).toPrecision(12)));
      input.value = text(value());
    }
  }
  function commit() {
    const number = parse(input.value);
    if (!Number.isFinite(number)) {
      note.textContent = `“${input.value}” is not a number.`;
      return false;
    }
    if (number !== value()) set(chosen.name, chosen.index, number);
    input.value = text(value());
    return true;
  }
  function typed(event) {
    if (event.key === "Enter") {
      if (commit()) place()?.focus();
      event.preventDefault();
    }
    if (event.key === "Escape") {
      input.value = text(value());
      place()?.focus();
    }
    event.stopPropagation();
  }
  function share() {
    Promise.resolve(link()).then(
      () => {
        note.textContent = "Link copied; it is in the address bar too.";
      },
      () => {
        note.textContent = "The link is in the address bar.";
      },
    );
  }

  // Keys on a cell: arrows walk, Page Up and Page Down nudge, a digit or Enter starts typing. True where handled.
  function keys(event) {
    const cell = gridcell(event);
    if (!cell) return false;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[
      event.key
    ];
    if (step) {
      event.preventDefault();
      neighbour(cell, ...step)?.focus();
      return true;
    }
    if (!chosen) return false;
    if (event.key === "PageUp" || event.key === "PageDown") {
      event.preventDefault();
      nudge(event.key === "PageUp" ? 1 : -1);
      return true;
    }
    if (!/^(Enter|F2|[-−.,\d])$/.test(event.key)) return false;
    event.preventDefault();
    input.value = event.key.length === 1 ? event.key : text(value());
    input.focus();
    if (event.key.length > 1) input.select();
    return true;
  }
  function neighbour(cell, down, right) {
    const row = cell.parentElement,
      rows = [...row.parentElement.children];
    const column = [...row.children].indexOf(cell);
    let r = rows.indexOf(row) + down,
      c = column + right;
    for (; rows[r]?.children[c]; r += down, c += right)
      if (rows[r].children[c].dataset.index) return rows[r].children[c];
    return null;
  }
  // Every grid has one cell in the tab order. `held`: the focus was in a grid that has been drawn anew.
  function rove(held) {
    for (const grid of root.querySelectorAll("[role=grid]")) {
      if (!grid.querySelector("[tabindex='0']"))
        grid.querySelector("[data-index]")?.setAttribute("tabindex", "0");
    }
    const again = place();
    if (!again) return;
    enter(again);
    if (held) again.focus();
  }

  function grab(event) {
    const cell = gridcell(event);
    if (!cell || event.button) return;
    cell.focus();
    if (chosen) dragged = { x: event.clientX, from: value(), id: event.pointerId, moved: false };
  }
  function drag(event) {
    if (!dragged || event.pointerId !== dragged.id) return;
    const by = Math.round((event.clientX - dragged.x) / PIXELS);
    if (!by && !dragged.moved) return;
    if (!dragged.moved) {
      dragged.moved = true;
      root.setPointerCapture(event.pointerId);
    }
    const next = Number((dragged.from + by).toPrecision(12));
    if (next !== value()) set(chosen.name, chosen.index, next, dragged.changed);
    dragged.changed = true; // one drag is one change to undo
  }
  function drop() {
    dragged = null;
  }
}
