// The cells of an array as sheets of rows and columns, and the places that a picture keeps for them.
import { frame } from "./alignment.js";
import { count, unflatten } from "./rule.js";
import { namesOf } from "./scene.js";

/** A picture has one place for each operand and one for the result; a pass decides what stands there.
 * @param {Scene} scene
 */
export const slotsOf = (scene) => [...Object.keys(scene.operands), scene.out];

/**
 * What stands at a place in a pass: z's place is delta's on the way back, x's is dx's.
 * @param {Scene} scene
 * @param {string} slot
 * @param {Direction} direction
 */
export function nameAt(scene, slot, { wrt }) {
  if (!wrt) return slot;
  return slot === wrt
    ? `d${wrt}`
    : slot === scene.out && !(slot in scene.operands)
      ? scene.up
      : slot;
}

/**
 * @param {Scene} scene
 * @param {string} slot
 */
const shapeAt = (scene, slot) => scene.operands[slot]?.shape ?? scene.shape;

/**
 * Rows and columns of an array; every other axis makes sheets.
 * @param {Scene} scene
 * @param {string} name
 * @param {number} n
 */
function gridOf(scene, name, n) {
  const known =
    scene.layout?.[name] ?? scene.layout?.[name === scene.up ? scene.out : name.replace(/^d/, "")];
  if (known) return known.map((axis) => axis ?? -1);
  const plain = [
    [-1, -1],
    [-1, 0],
    [0, 1],
    [-1, 1],
  ];
  return plain[n] ?? [1, 2];
}

/**
 * @param {Scene} scene
 * @param {Standing} pass
 * @param {string} name
 * @param {number[]} shape
 * @returns {Layout}
 */
export function sheets(scene, pass, name, shape) {
  const grid = gridOf(scene, name, shape.length);
  const [rows, cols] = grid.map((d) => along(scene, pass, name, d, shape));
  const axes = shape.map((_, d) => d).filter((d) => !grid.includes(d));
  /** @type {Record<string, Sheet>} */
  const made = {};
  for (let flat = 0; flat < count(shape); flat++) {
    const index = unflatten(flat, shape);
    const sheet = (made[String(axes.map((d) => index[d]))] ??= { axes, index, spots: [] });
    const [row, col] = [rows, cols].map(({ at, lo }, k) => at[index[grid[k]] ?? 0] - lo);
    sheet.spots.push({ flat, index, row, col });
  }
  const high = rows.hi - rows.lo + 1;
  return { sheets: Object.values(made), high, wide: cols.hi - cols.lo + 1, grid };
}

/**
 * @param {Scene} scene
 * @param {Standing} pass
 * @param {string} name
 * @param {number} d
 * @param {number[]} shape
 */
function along(scene, pass, name, d, shape) {
  const size = d < 0 ? 1 : shape[d];
  const close = { at: [...Array(size).keys()], lo: 0, hi: size - 1 };
  return (d >= 0 && frame?.(scene, pass, name, d, size)) || close;
}

/**
 * The rows, columns and sheets that a place needs, whichever pass is shown.
 * @param {Scene} scene
 * @param {string} slot
 * @param {Direction[]} directions
 */
export function roomAt(scene, slot, directions) {
  const shape = shapeAt(scene, slot);
  const grid = gridOf(scene, slot, shape.length);
  let [high, wide] = [1, 1];
  for (const direction of directions.flatMap((one) => one.readings ?? [one])) {
    const standing = { direction, names: namesOf(scene, direction) };
    const name = nameAt(scene, slot, direction);
    const [rows, cols] = grid.map((d) => along(scene, standing, name, d, shape));
    high = Math.max(high, rows.hi - rows.lo + 1);
    wide = Math.max(wide, cols.hi - cols.lo + 1);
  }
  const sheetCount = count(shape) / grid.reduce((n, d) => n * (d < 0 ? 1 : shape[d]), 1);
  return { high, wide, sheets: Math.round(sheetCount) };
}

const SIGN = 44;
const TALLEST = 440;
const LARGEST = 46;

/**
 * How many sheets stand side by side at each place so that the cells become largest, and how many
 * columns of cells that makes.
 * @param {{ high: number, wide: number, sheets: number }[]} rooms
 * @param {number} width of the picture in pixels
 */
export function arrange(rooms, width) {
  const options = rooms.map(({ sheets: n }) => [...new Set([1, 2, 3, 4, n])].filter((a) => a <= n));
  let best = { score: -1, across: rooms.map(() => 1), columns: 1, gaps: 0 };
  const signs = SIGN * (rooms.length - 1);
  const visit = (/** @type {number[]} */ across) => {
    if (across.length < rooms.length) {
      for (const a of options[across.length]) visit([...across, a]);
      return;
    }
    const columns = rooms.reduce((sum, { wide }, k) => sum + wide * across[k], 0);
    const gaps = rooms.reduce((sum, room, k) => sum + (room.sheets > 1 ? 16 * across[k] : 6), 0);
    const fits = (/** @type {number} */ n) => Math.min(LARGEST, (width - gaps - signs) / n - 3);
    const widest = Math.max(...rooms.map(({ wide }, k) => wide * across[k]));
    // Where cells would be too small for numbers, the places stand in two rows.
    const n = fits(columns) < 18 ? Math.max(widest, Math.ceil(columns / 2)) : columns;
    const cell = Math.max(1, fits(n));
    const tall = Math.max(
      ...rooms.map(({ high, sheets: s }, k) => Math.ceil(s / across[k]) * (high * (cell + 3) + 30)),
    );
    const score = cell * Math.min(1, TALLEST / tall) - tall / 1e4;
    if (score > best.score) best = { score, across, columns: n, gaps };
  };
  visit([]);
  return best;
}
