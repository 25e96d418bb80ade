// Change a number: type it, nudge it, or drag it sideways. One bar serves mouse, touch and keyboard.
import { button, el } from "./dom.js";
import { parse, text } from "./numbers.js";
import { flatten } from "./rule.js";
import { cellName } from "./sentence.js";

const PIXELS = 14; // sideways drag for a change of 1

export function makeEditor(view, { root, set, undo, canUndo, reset, link }) {
  let chosen = null, dragged = null;
  const name = el("span", { class: "cnn-chosen" });
  const input = el("input", { type: "text", inputmode: "decimal", "aria-label": "Value", onkeydown: typed, onchange: commit });
  const undoButton = button("Undo", "Undo", undo);
  const note = el("span", { class: "cnn-note", role: "status" });
  const field = el("div", { class: "cnn-field", hidden: true }, name, button("Less", "−", () => nudge(-1)), input, button("More", "+", () => nudge(1)));
  const node = el("div", { class: "cnn-editor" }, field, note,
    el("div", { class: "cnn-actions" }, undoButton, button("Reset", "Reset", reset), button("Link", "Link", share)));
  root.addEventListener("focusin", (event) => choose(event.target));
  root.addEventListener("focusout", (event) => event.target.closest?.("[role=gridcell]")?.removeAttribute("aria-label"));
  root.addEventListener("pointerdown", grab);
  root.addEventListener("pointermove", drag);
  root.addEventListener("pointerup", drop);
  root.addEventListener("pointercancel", drop);
  return { node, show, keys, rove };

  function choose(target) {
    const cell = target.closest?.("[role=gridcell][data-index]");
    if (!cell) return;
    for (const other of cell.closest("[role=grid]").querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.setAttribute("aria-label", spoken(cell));
    chosen = view.editable(cell.dataset.operand) ? { name: cell.dataset.operand, index: cell.dataset.index } : null;
    show();
  }
  function show() {
    const array = chosen && view.pass.arrays[chosen.name];
    const at = chosen?.index.split(",").map(Number);
    const there = array && at.every((i, d) => i < array.shape[d]);
    field.hidden = !there;
    undoButton.disabled = !canUndo();
    note.textContent = there ? "" : "Choose a number to change it.";
    if (!there) return;
    const flat = flatten(at, array.shape);
    name.textContent = `${cellName(chosen.name, flat, array.shape)} =`;
    input.setAttribute("aria-label", `Value of ${cellName(chosen.name, flat, array.shape)}`);
    if (document.activeElement !== input) input.value = text(array.data[flat]);
  }
  function spoken(cell) {
    const shape = view.shapeOf(cell.dataset.operand);
    const place = cellName(cell.dataset.operand, flatten(cell.dataset.index.split(",").map(Number), shape), shape);
    return [place, cell.textContent || "not yet computed", (cell.dataset.partner ?? "").replace("×", "times ")].filter(Boolean).join(", ");
  }
  function value() {
    const array = view.pass.arrays[chosen.name];
    return array.data[flatten(chosen.index.split(",").map(Number), array.shape)];
  }
  function nudge(by) { if (chosen) { set(chosen.name, chosen.index, Number((value() + by).toPrecision(12))); input.value = text(value()); } }
  function commit() {
    const number = parse(input.value);
    if (!Number.isFinite(number)) { note.textContent = `“${input.value}” is not a number.`; return false; }
    if (number !== value()) set(chosen.name, chosen.index, number);
    input.value = text(value());
    return true;
  }
  function typed(event) {
    if (event.key === "Enter") { if (commit()) cellOf(chosen)?.focus(); event.preventDefault(); }
    if (event.key === "Escape") { input.value = text(value()); cellOf(chosen)?.focus(); }
    event.stopPropagation();
  }
  function cellOf(at) {
    return at && root.querySelector(`[role=gridcell][data-operand="${at.name}"][data-index="${at.index}"]`);
  }
  function share() {
    Promise.resolve(link()).then(() => { note.textContent = "Link copied; it is in the address bar too."; },
      () => { note.textContent = "The link is in the address bar."; });
  }

  // Keys on a cell: arrows walk, Page Up and Page Down nudge, a digit or Enter starts typing. True where handled.
  function keys(event) {
    const cell = event.target.closest("[role=gridcell]");
    if (!cell) return false;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (step) { event.preventDefault(); neighbour(cell, ...step)?.focus(); return true; }
    if (!chosen) return false;
    if (event.key === "PageUp" || event.key === "PageDown") { event.preventDefault(); nudge(event.key === "PageUp" ? 1 : -1); return true; }
    if (!/^(Enter|F2|[-−.,\d])$/.test(event.key)) return false;
    event.preventDefault();
    input.value = event.key.length === 1 ? event.key : text(value());
    input.focus();
    if (event.key.length > 1) input.select();
    return true;
  }
  function neighbour(cell, down, right) {
    const row = cell.parentElement, rows = [...row.parentElement.children];
    const column = [...row.children].indexOf(cell);
    let r = rows.indexOf(row) + down, c = column + right;
    for (; rows[r]?.children[c]; r += down, c += right) if (rows[r].children[c].dataset.index) return rows[r].children[c];
    return null;
  }
  // Every grid has one cell in the tab order. `held`: the focus was in a grid that has been drawn anew.
  function rove(held) {
    for (const grid of root.querySelectorAll("[role=grid]")) {
      if (!grid.querySelector("[tabindex='0']")) grid.querySelector("[data-index]")?.setAttribute("tabindex", "0");
    }
    const again = cellOf(chosen);
    if (!again) return;
    for (const c of again.closest("[role=grid]").querySelectorAll("[tabindex='0']")) c.tabIndex = -1;
    again.tabIndex = 0;
    if (held) again.focus();
  }

  function grab(event) {
    const cell = event.target.closest?.("[role=gridcell][data-index]");
    if (!cell || event.button) return;
    cell.focus();
    if (chosen) dragged = { x: event.clientX, from: value(), id: event.pointerId, moved: false };
  }
  function drag(event) {
    if (!dragged || event.pointerId !== dragged.id) return;
    const by = Math.round((event.clientX - dragged.x) / PIXELS);
    if (!by && !dragged.moved) return;
    if (!dragged.moved) { dragged.moved = true; root.setPointerCapture(event.pointerId); }
    const next = Number((dragged.from + by).toPrecision(12));
    if (next !== value()) set(chosen.name, chosen.index, next, dragged.changed);
    dragged.changed = true; // one drag is one change to undo
  }
  function drop() { dragged = null; }
}
