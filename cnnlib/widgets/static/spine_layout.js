// Where every array of the network stands, in units of one cell, and in which order it is computed.
import { count, unflatten } from "./rule.js";

/**
 * @typedef {object} Block
 * @property {string} name
 * @property {number} rows
 * @property {number} cols
 * @property {number} top in units of a cell
 * @property {number} left
 * @property {(cell: number) => [number, number]} place row and column of a flat cell
 * @typedef {{ block: string, cells: number[], back: boolean }} Tick one step of the wave
 */

/** @returns {(cell: number) => [number, number]} */
function placing(name, shape) {
  const at = (cell) => unflatten(cell, shape);
  if (name === "w2") return (cell) => [at(cell)[1], at(cell)[0]]; // a row of weights for each class
  if (name === "flat") return (cell) => [0, cell];
  if (shape.length === 4 && name === "w1") return (cell) => [at(cell)[0], at(cell)[1]];
  if (shape.length === 4) return (cell) => [at(cell)[1], at(cell)[2]];
  return (cell) => [cell, 0];
}

const BETWEEN = 0.9,
  NARROW = 0.35,
  HEAD = 1.1; // between parts, between columns of a class, for titles

/** Two layouts: everything from left to right, or folded once for a phone. */
export function layOut(arrays, tall) {
  /** @type {Record<string, Block>} */
  const blocks = {};
  const put = (name, left, top) => {
    const { shape } = arrays[name],
      place = placing(name, shape);
    const all = Array.from({ length: count(shape) }, (_, q) => place(q));
    const rows = 1 + Math.max(...all.map(([r]) => r)),
      cols = 1 + Math.max(...all.map(([, c]) => c));
    blocks[name] = { name, rows, cols, top, left, place };
    return left + cols;
  };
  const row = (left, top, names) => {
    for (const [name, gap] of names) left = put(name, left + gap, top);
    return left;
  };
  const across = row(0, HEAD, [
    ["x", 0],
    ["z1", BETWEEN],
    ["a1", BETWEEN],
  ]);
  const low = HEAD + Math.max(blocks.x.rows, blocks.z1.rows) + 0.3;
  const below = low + HEAD;
  put("b1", put("w1", 0, below) + NARROW, below);
  const side = tall ? 0 : across + BETWEEN;
  const dense = tall ? below + blocks.w1.rows + 0.6 : HEAD;
  if (tall) put("pool", blocks.a1.left, below);
  else put("pool", side + 1, HEAD);
  const flat = tall ? dense + HEAD : HEAD + blocks.pool.rows + HEAD;
  put("flat", side, flat);
  const classes = flat + 1 + HEAD;
  const end = row(side, classes, [
    ["w2", 0],
    ["b2", NARROW],
    ["z2", BETWEEN],
    ["p", BETWEEN],
    ["y", NARROW],
  ]);
  const foot = classes + blocks.y.rows;
  put("loss", blocks.p.left, foot + HEAD);
  const width = Math.max(across, end + 0.8),
    height = foot + HEAD + 1.1;
  return { blocks, width, height, arrows: arrowsOf(blocks) };
}

/**
 * What leads from one array to the next, as [from x, from y, to x, to y].
 * @param {Record<string, Block>} blocks
 */
function arrowsOf(blocks) {
  const right = (one, two, row) => [
    blocks[one].left + blocks[one].cols,
    row,
    blocks[two].left - 0.06,
    row,
  ];
  const down = (one, two, x) => {
    const y = blocks[one].top + blocks[one].rows;
    return [x, y + 0.02, x, Math.max(y + 0.4, blocks[two].top - 0.75)];
  };
  const side = (one, two) => right(one, two, Math.max(blocks[one].top, blocks[two].top) + 1.45);
  const pooled = blocks.pool.left + blocks.pool.cols,
    [a1, pool] = [blocks.a1, blocks.pool];
  const across = pool.top === a1.top;
  return [
    side("x", "z1"),
    side("z1", "a1"),
    across
      ? [a1.left + a1.cols, pool.top + 0.95, pool.left - 0.06, pool.top + 0.95]
      : down("a1", "pool", pool.left + 1.4),
    down("pool", "flat", pooled - 0.5),
    down("flat", "w2", blocks.w2.left + 0.46),
    side("b2", "z2"),
    side("z2", "p"),
    down("p", "loss", blocks.p.left + 0.46),
  ];
}

const upTo = (n) => Array.from({ length: n }, (_, q) => q);

/**
 * The wave: what is computed one after the other, forwards and then backwards.
 * @returns {Tick[]}
 */
export function wave(arrays) {
  const size = (name) => count(arrays[name].shape);
  const each = (block, back) => upTo(size(block)).map((q) => ({ block, cells: [q], back }));
  const all = (block, back) => [{ block, cells: upTo(size(block)), back }];
  return [
    ...each("z1", false),
    ...all("a1", false),
    ...each("pool", false),
    ...all("flat", false),
    ...each("z2", false),
    ...all("p", false),
    ...all("loss", false),
    ...each("z2", true),
    ...all("b2", true),
    ...each("w2", true),
    ...all("flat", true),
    ...all("pool", true),
    ...all("a1", true),
    ...all("z1", true),
    ...all("b1", true),
    ...each("w1", true),
    ...each("x", true),
  ];
}
