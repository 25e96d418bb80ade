// Cells with an identity: one node carries a number over steps, passes, faces and edits.
import { el } from "./dom.js";
import { brief } from "./numbers.js";

/**
 * The cells of one picture. A place of a picture (`slot`) and an index name a node for good: where
 * the pass changes, z's node becomes delta's.
 * @param {(name: string) => boolean} editable
 * @returns {Cells}
 */
export function makeCells(editable) {
  /** @type {Map<string, Cell>} */
  const known = new Map();
  /** @type {Map<string, Cell>} */
  let drawn = new Map();
  /** @type {Plate[]} */
  const plates = [];
  return {
    get,
    find: (name, flat) => drawn.get(`${name}:${flat}`),
    begin: () => (drawn = new Map()),
    all: () => [...drawn.values()],
    plate: (k) => (plates[k] ??= newPlate(k)),
    plates: () => plates,
  };

  /** @type {Cells["get"]} */
  function get(slot, name, { flat, index }) {
    const key = `${slot}|${index}`;
    const cell = known.get(key) ?? newCell(key, index);
    known.set(key, cell);
    drawn.set(`${name}:${flat}`, cell);
    cell.flat = flat;
    cell.name = name;
    cell.node.dataset.operand = name;
    cell.node.className = "cnn-cell";
    cell.node.removeAttribute("style");
    cell.node.removeAttribute("data-wrong");
    cell.node.toggleAttribute("aria-readonly", false);
    if (!editable(name)) cell.node.setAttribute("aria-readonly", "true");
    cell.on = false;
    mark(cell, false, "");
    return cell;
  }
}

/**
 * @param {string} key
 * @param {number[]} index
 * @returns {Cell}
 */
function newCell(key, index) {
  const node = el("div", { role: "gridcell", tabindex: "-1", "data-index": index.join(",") });
  return { key, node, name: "", flat: 0, shown: "", size: "", on: false, partner: "" };
}

/**
 * The kernel as a plate that is laid over an array: of several sheets each has its own leaf.
 * @param {number} k
 * @returns {Plate}
 */
function newPlate(k) {
  const part = k ? "leaf" : "plate";
  const node = el("div", {
    class: "cnn-plate",
    "data-part": part,
    "aria-hidden": "true",
    hidden: true,
  });
  return { node, digits: [], angle: 0 };
}

/**
 * @param {Cell} cell
 * @param {number} value
 */
export function fill(cell, value) {
  if (Object.is(cell.value, value)) return;
  cell.value = value;
  const shown = Number.isNaN(value) ? "" : brief(value);
  if (cell.shown === shown) return;
  cell.node.textContent = cell.shown = shown;
  const size = shown.length > 6 ? "s" : shown.length > 4 ? "m" : shown.length > 3 ? "l" : "";
  if (cell.size !== size) cell.node.dataset.size = cell.size = size;
}

/**
 * @param {Cell} cell
 * @param {boolean} on
 * @param {string} partner
 */
export function mark(cell, on, partner) {
  if (cell.on !== on) cell.node.classList.toggle("cnn-on", (cell.on = on));
  if (cell.partner === partner) return;
  cell.partner = partner;
  if (partner) cell.node.dataset.partner = partner;
  else delete cell.node.dataset.partner;
}
