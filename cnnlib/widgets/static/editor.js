// Change a number where it stands: type it, nudge it, or drag it sideways. One field serves mouse, touch and keyboard.
import { button, el } from "./dom.js";
import { cellName } from "./equation.js";
import { parse, text } from "./numbers.js";
import { flatten } from "./rule.js";

const PIXELS = 14; // sideways drag for a change of 1

/**
 * @param {View} view
 * @param {{ root: HTMLElement, set: (name: string, index: string, value: number, same?: boolean) => void }} widget
 */
export function makeEditor(view, { root, set }) {
  /** @type {{ name: string, index: string, k: number } | null} */
  let chosen = null;
  let open = false; // the field stands beside the number
  /** @type {{ x: number, from: number, id: number, moved: boolean, changed: boolean } | null} */
  let dragged = null;
  const name = el("span", { class: "cnn-chosen" });
  const input = el("input", {
    type: "text",
    inputmode: "decimal",
    "aria-label": "Value",
    onkeydown: typed,
    onchange: commit,
  });
  const note = el("span", { class: "cnn-note", role: "status" });
  const less = button("Less", "−", () => nudge(-1));
  const more = button("More", "+", () => nudge(1));
  const field = el("div", { class: "cnn-field", hidden: true }, name, less, input, more);
  const node = el("div", { class: "cnn-editor" }, field, note);
  root.addEventListener("focusin", choose);
  root.addEventListener("focusout", leave);
  root.addEventListener("pointerdown", grab);
  root.addEventListener("pointermove", drag);
  root.addEventListener("pointerup", drop);
  root.addEventListener("pointercancel", drop);
  return { node, show, keys, rove, say };

  /** @param {string} words */
  function say(words) {
    note.textContent = words;
  }
  /**
   * @param {Event} event
   * @returns {HTMLElement | null}
   */
  function gridcell(event) {
    const target = /** @type {Element | null} */ (event.target);
    return target?.closest?.("[role=gridcell][data-index]") ?? null;
  }
  /** @param {Event} event */
  function choose(event) {
    const cell = gridcell(event);
    if (!cell) return;
    enter(cell);
    cell.setAttribute("aria-label", spoken(cell));
    const { operand = "", index = "" } = cell.dataset;
    if (chosen?.name !== operand || chosen?.index !== index) open = false;
    chosen = view.editable(operand) ? { name: operand, index, k: 0 } : null;
    if (chosen) chosen.k = same().indexOf(cell);
    note.textContent = "";
    show();
  }
  /** @param {FocusEvent} event */
  function leave(event) {
    gridcell(event)?.removeAttribute("aria-label");
    const to = /** @type {Element | null} */ (event.relatedTarget);
    if (to && !field.contains(to) && !to.closest("[role=gridcell]")) shut();
  }
  function shut() {
    open = false;
    show();
  }
  /**
   * Of a grid only one cell is in the tab order.
   * @param {HTMLElement} cell
   */
  function enter(cell) {
    const grid = cell.closest("[role=grid]");
    for (const other of grid?.querySelectorAll("[tabindex='0']") ?? [])
      other.setAttribute("tabindex", "-1");
    cell.tabIndex = 0;
  }
  // The chosen number may stand at several places: in two faces, or on all wires that share a weight.
  /** @returns {HTMLElement[]} */
  function same() {
    const { name: operand, index } = chosen ?? { name: "", index: "" };
    return [
      ...root.querySelectorAll(`[role=gridcell][data-operand="${operand}"][data-index="${index}"]`),
    ].map((one) => /** @type {HTMLElement} */ (one));
  }
  function place() {
    const all = chosen ? same() : [];
    return all[chosen?.k ?? 0] ?? all[0];
  }
  function show() {
    const array = chosen && view.pass.arrays[chosen.name];
    const cell = chosen && array && flat() < array.data.length && place();
    if (field.hidden !== !(cell && open)) field.hidden = !(cell && open);
    if (!chosen || !array || !cell || !open) return;
    const called = cellName(chosen.name, flat(), array.shape);
    name.textContent = `${called} =`;
    input.setAttribute("aria-label", `Value of ${called}`);
    if (/** @type {Document} */ (root.getRootNode()).activeElement !== input)
      input.value = text(value());
    stand(cell);
  }
  /**
   * Below the number, within the widget.
   * @param {HTMLElement} cell
   */
  function stand(cell) {
    const [at, all] = [cell.getBoundingClientRect(), root.getBoundingClientRect()];
    const wide = field.offsetWidth;
    const left = at.left + at.width / 2 - all.left - wide / 2;
    field.style.left = `${Math.max(6, Math.min(left, all.width - wide - 8))}px`;
    field.style.top = `${at.bottom - all.top + 8}px`;
  }
  /** @param {HTMLElement} cell */
  function spoken(cell) {
    const { operand = "", index = "", partner = "" } = cell.dataset;
    const shape = view.shapeOf(operand);
    const called = cellName(operand, flatten(index.split(","), shape), shape);
    const wrong = cell.hasAttribute("data-wrong") ? "wrong" : "";
    const words = [
      called,
      cell.textContent || "not yet computed",
      partner.replace("×", "times "),
      wrong,
    ];
    return words.filter(Boolean).join(", ");
  }
  function flat() {
    return chosen ? flatten(chosen.index.split(","), view.shapeOf(chosen.name)) : 0;
  }
  function value() {
    return chosen ? view.pass.arrays[chosen.name].data[flat()] : 0;
  }
  /** @param {number} by */
  function nudge(by) {
    if (!chosen) return;
    set(chosen.name, chosen.index, Number((value() + by).toPrecision(12)));
    input.value = text(value());
  }
  function commit() {
    const number = parse(input.value);
    if (!Number.isFinite(number)) {
      note.textContent = `“${input.value}” is not a number.`;
      return false;
    }
    if (chosen && number !== value()) set(chosen.name, chosen.index, number);
    input.value = text(value());
    return true;
  }
  /** @param {KeyboardEvent} event */
  function typed(event) {
    if (event.key === "Escape") input.value = text(value());
    if (event.key === "Escape" || (event.key === "Enter" && commit())) {
      place()?.focus();
      shut();
    }
    if (event.key === "Enter") event.preventDefault();
    event.stopPropagation();
  }

  /**
   * Keys on a cell: arrows walk, Page Up and Page Down nudge, a digit or Enter starts typing. True where handled.
   * @param {KeyboardEvent} event
   */
  function keys(event) {
    const cell = gridcell(event);
    if (!cell) return false;
    /** @type {Record<string, [number, number]>} */
    const walks = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const step = walks[event.key];
    const nudges = event.key === "PageUp" || event.key === "PageDown";
    const types = /^(Enter|F2|[-−.,\d])$/.test(event.key);
    if (!step && (!chosen || (!nudges && !types))) return false;
    event.preventDefault();
    if (step) neighbour(cell, ...step)?.focus();
    else if (nudges) nudge(event.key === "PageUp" ? 1 : -1);
    else type(event.key);
    return true;
  }
  /** @param {string} key */
  function type(key) {
    open = true;
    show();
    input.value = key.length === 1 ? key : text(value());
    input.focus();
    if (key.length > 1) input.select();
  }
  /**
   * @param {HTMLElement} cell
   * @param {number} down
   * @param {number} right
   * @returns {HTMLElement | null}
   */
  function neighbour(cell, down, right) {
    const row = /** @type {HTMLElement} */ (
      cell.closest("[role=row], [role=presentation].cnn-row, tr")
    );
    const rows = [
      ...(cell.closest("[role=grid]")?.querySelectorAll(".cnn-row, [role=row], tr") ?? []),
    ];
    const column = [...row.children].findIndex((one) => one.contains(cell));
    let [r, c] = [rows.indexOf(row) + down, column + right];
    for (; rows[r]?.children[c]; r += down, c += right) {
      const there = rows[r].children[c];
      const found = there.matches("[data-index]") ? there : there.querySelector("[data-index]");
      if (found) return /** @type {HTMLElement} */ (found);
    }
    return null;
  }
  /**
   * Every grid has one cell in the tab order. `held`: the focus was in a grid that has been drawn anew.
   * @param {boolean} held
   */
  function rove(held) {
    for (const grid of root.querySelectorAll("[role=grid]")) {
      const [first, ...rest] = grid.querySelectorAll("[tabindex='0']");
      for (const other of rest) other.setAttribute("tabindex", "-1");
      if (!first) grid.querySelector("[data-index]")?.setAttribute("tabindex", "0");
    }
    const again = place();
    if (!again) return;
    enter(again);
    if (held) again.focus({ preventScroll: true });
  }

  /** @param {PointerEvent} event */
  function grab(event) {
    const cell = gridcell(event);
    if (!cell || event.button) return;
    cell.focus({ preventScroll: true });
    if (!chosen) return;
    open = true;
    show();
    dragged = {
      x: event.clientX,
      from: value(),
      id: event.pointerId,
      moved: false,
      changed: false,
    };
  }
  /** @param {PointerEvent} event */
  function drag(event) {
    if (!dragged || !chosen || event.pointerId !== dragged.id) return;
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
