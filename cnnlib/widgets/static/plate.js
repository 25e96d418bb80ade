// The plate: the kernel as it lies on another array. It slides from window to window, comes down as a
// stamp where a pass scatters, and lies turned by 180 degrees where a gather reads the taps backwards.
import { isTurned, tapAt, windowAt } from "./alignment.js";
import { el } from "./dom.js";
import { brief } from "./numbers.js";
import { tapColour } from "./taps.js";

const MANY = 100; // places of a plate without numbers

/**
 * Lay a plate over one sheet of the array that a pass slides over.
 * @param {View} view
 * @param {Pass} pass
 * @param {Plate} plate
 * @param {Sheet} sheet
 * @param {{ grid: number[], alone: boolean }} where
 */
export function layPlate(view, pass, plate, sheet, { grid, alone }) {
  const scene = () => view.scene;
  // Pages on which nothing slides have no module for it.
  const turned = pass.names.length > 1 && isTurned?.(view.scene, pass.direction);
  const { node, digits } = plate;
  /** @type {Set<number>} */
  const here = new Set(sheet.spots.map((spot) => spot.flat));
  let [high, wide] = [0, 0];
  plate.angle = turned ? 180 : 0;
  return { update, between, turned };

  /** @type {NonNullable<Face["between"]>} */
  function between(from, to, part) {
    const [a, b] = [from, to].map((step) => corner(windowAt?.(scene(), pass, step, grid)));
    if (!a || !b || node.hidden) return;
    node.style.setProperty("--row", String(a[0] + (b[0] - a[0]) * part));
    node.style.setProperty("--col", String(a[1] + (b[1] - a[1]) * part));
  }

  /**
   * @param {number} step
   * @param {Map<number, string>} lit
   */
  function update(step, lit) {
    const at = alone || touched(lit) ? windowAt?.(scene(), pass, step, grid) : null;
    const first = corner(at);
    if (node.hidden !== !first) node.hidden = !first;
    if (!first || !at) return;
    const [row, col] = first;
    place(row, col, at);
    if (at.rows.length * at.cols.length <= MANY) write(step, at, row, col);
  }

  /** @param {Map<number, string>} lit */
  function touched(lit) {
    for (const flat of lit.keys()) if (here.has(flat)) return true;
    return false;
  }

  /**
   * @param {number} row
   * @param {number} col
   * @param {{ rows: PlaceTap[], cols: PlaceTap[] }} at
   */
  function place(row, col, { rows, cols }) {
    const size = (/** @type {PlaceTap[]} */ all, /** @type {number} */ from) =>
      Math.max(...all.map(([one]) => one)) - from + 1;
    const [h, w] = [size(rows, row), size(cols, col)];
    const many = rows.length * cols.length > MANY;
    const number = many ? 0 : rows.length * cols.length;
    if (h !== high || w !== wide || digits.length !== number) {
      [high, wide] = [h, w];
      node.style.setProperty("--high", String(h));
      node.style.setProperty("--wide", String(w));
      digits.length = 0;
      for (let k = 0; k < number; k++) digits.push({ node: el("span", {}) });
      node.replaceChildren(...digits.map((digit) => digit.node), ...corners());
    }
    node.style.setProperty("--row", String(row));
    node.style.setProperty("--col", String(col));
    node.style.setProperty("--angle", `${plate.angle}deg`);
  }

  // The plate carries the kernel as it is, and is turned as a whole; its digits stay upright.
  /**
   * @param {number} step
   * @param {{ rows: PlaceTap[], cols: PlaceTap[] }} at
   * @param {number} row
   * @param {number} col
   */
  function write(step, { rows, cols }, row, col) {
    const partner = pass.names[1];
    let k = 0;
    for (const [r, a] of rows)
      for (const [c, b] of cols) {
        const digit = digits[k++];
        const flat = partner ? tapAt(scene(), pass, step, sheet, grid, [a, b]) : -1;
        const value = flat < 0 ? Number.NaN : amount(flat, partner, step);
        if (digit.tap !== flat) {
          digit.tap = flat;
          digit.node.style.setProperty("--tap", tapColour(scene(), partner, flat));
          digit.node.dataset.tap = String([a, b]);
          const [y, x] = turned ? [high - 1 - r + row, wide - 1 - c + col] : [r - row, c - col];
          digit.node.style.setProperty("--y", String(y));
          digit.node.style.setProperty("--x", String(x));
        }
        if (Object.is(digit.value, value)) continue;
        digit.value = value;
        const sign = pass.direction.scatter ? (value < 0 ? "" : "+") : "×";
        digit.node.textContent = Number.isNaN(value) ? "" : sign + brief(value);
      }
  }

  /**
   * What the plate does to the cell below: multiplies it, or, as a stamp, adds its weight times delta.
   * @param {number} flat
   * @param {string} partner
   * @param {number} step
   */
  function amount(flat, partner, step) {
    const value = pass.arrays[partner].data[flat];
    return pass.direction.scatter ? value * pass.arrays[pass.up].data[step] : value;
  }
}

/** @param {{ rows: PlaceTap[], cols: PlaceTap[] } | null | undefined} at */
function corner(at) {
  if (!at?.rows.length || !at.cols.length) return null;
  const least = (/** @type {PlaceTap[]} */ places) => Math.min(...places.map(([one]) => one));
  return [least(at.rows), least(at.cols)];
}

// The corners are marked, so that a turn can be seen: the first tap's with a solid mark.
const corners = () => [1, 2, 3, 4].map((k) => el("i", { class: `cnn-corner cnn-corner-${k}` }));
