// Where the cells of an array stand on the page, and where zeros stand between and around them.
// A sliding index u = s*i + d*a - p ties three arrays together; each pass spaces them out by s or d.
import { cellAt, unflatten } from "./rule.js";

const plain = (size) => ({ at: Array.from({ length: size }, (_, i) => i), lo: 0, hi: size - 1 });

// Rows and columns of an array; every other axis makes sheets.
export function layoutOf(scene, name, shape) {
  const known = scene.layout?.[name] ?? scene.layout?.[name === scene.up ? scene.out : name.replace(/^d/, "")];
  if (known) return known.map((a) => a ?? -1);
  const n = shape.length;
  return n === 0 ? [-1, -1] : n === 1 ? [-1, 0] : n === 2 ? [0, 1] : n === 3 ? [-1, 1] : [1, 2];
}

// The sliding indices of the rule: which operand they index, and the axes of output and taps in them.
function slides(scene) {
  if (!scene.rule) return [];
  const group = scene.rule.groups[0];
  const outAxes = new Set(group.out.flatMap((dim) => Object.keys(dim.axes)));
  return Object.entries(group.cells).flatMap(([name, dims]) => dims.flatMap((dim, d) => {
    const moved = Object.keys(dim.axes).filter((a) => outAxes.has(a));
    const taps = Object.keys(dim.axes).filter((a) => !outAxes.has(a));
    if (moved.length !== 1 || taps.length > 1) return [];
    if (!taps.length && Math.abs(dim.axes[moved[0]]) === 1 && !dim.pad[0] && !dim.pad[1]) return [];
    return [{ name, d, i: moved[0], a: taps[0], s: Math.abs(dim.axes[moved[0]]), c: taps.length ? dim.axes[taps[0]] : 1,
      pad: dim.pad, size: scene.operands[name].shape[d], taps: taps.length ? scene.sizes[taps[0]] : 1 }];
  }));
}

const dimOf = (dims, axis) => dims.findIndex((dim) => axis in dim.axes);

// The frame of one array along one of its axes (d), in a given pass.
function frame(scene, p, name, d, size) {
  const group = scene.rule?.groups[0];
  for (const s of slides(scene)) {
    const isOut = (name === scene.up || name === scene.out) && dimOf(group.out, s.i) === d;
    const isTap = s.a && group.cells[name] && name !== s.name && dimOf(group.cells[name], s.a) === d;
    const isInput = (name === s.name || name === `d${s.name}`) && s.d === d;
    const span = (s.taps - 1) * Math.abs(s.c);
    const { wrt, scatter } = p.direction;
    if (isInput && (!wrt || scatter || wrt !== s.name)) return { ...plain(size), lo: -s.pad[0], hi: size - 1 + s.pad[1] };
    if (isOut && wrt === s.name && !scatter) {
      const at = plain(size).at.map((i) => i * s.s - s.pad[0]);
      return { at, lo: Math.min(at[0], -span), hi: Math.max(at.at(-1), s.size - 1) };
    }
    if (isOut && wrt && wrt !== s.name && p.names.includes(s.name)) {
      return { at: plain(size).at.map((i) => i * s.s), lo: 0, hi: (size - 1) * s.s };
    }
    if (isTap) return tapFrame(s, size, wrt === s.name && !scatter);
  }
  return plain(size);
}

// Taps stand in the order in which they lie on the other array: reversed where index and place run against each other.
function tapFrame(s, size, gather) {
  const step = Math.abs(s.c), flip = gather !== s.c < 0;
  const at = plain(size).at.map((a) => (flip ? size - 1 - a : a) * step);
  return { at, lo: 0, hi: (size - 1) * step, flip };
}

// The sheets of an array, each a list of placed cells and ghosts: { key, cells: [{flat, index, row, col}] }.
export function sheets(scene, p, name, shape) {
  const [r, c] = layoutOf(scene, name, shape);
  const rows = r < 0 ? plain(1) : frame(scene, p, name, r, shape[r]);
  const cols = c < 0 ? plain(1) : frame(scene, p, name, c, shape[c]);
  const rest = shape.map((_, d) => d).filter((d) => d !== r && d !== c);
  const made = new Map();
  const total = shape.reduce((a, b) => a * b, 1);
  for (let flat = 0; flat < total; flat++) {
    const index = unflatten(flat, shape);
    const key = rest.map((d) => index[d]).join(",");
    if (!made.has(key)) made.set(key, { key, axes: rest, index, cells: [] });
    made.get(key).cells.push({ flat, index, row: rows.at[r < 0 ? 0 : index[r]] - rows.lo, col: cols.at[c < 0 ? 0 : index[c]] - cols.lo });
  }
  return { sheets: [...made.values()], rows, cols, turned: Boolean(rows.flip || cols.flip), grid: [r, c] };
}

// The places a window covers at a step, as [row, col, tap row, tap col] in the frame of the array it slides over.
export function windowAt(scene, p, step) {
  if (!scene.rule || p.direction.scatter) return null;
  const first = p.names[0];
  const shape = p.arrays[first].shape;
  const grid = layoutOf(scene, first, shape);
  const cell = unflatten(step, p.shape);
  const found = grid.map((d) => (d < 0 ? [[0, -1]] : placesAlong(scene, p, first, d, cell)));
  return found.every(Boolean) ? found : null;
}

function placesAlong(scene, p, name, d, cell) {
  const { wrt } = p.direction;
  const group = scene.rule.groups[0];
  for (const s of slides(scene)) {
    const span = (s.taps - 1) * Math.abs(s.c);
    const taps = Array.from({ length: s.taps }, (_, a) => [s.c < 0 ? span - a * -s.c : a * s.c, a]);
    if (!wrt && name === s.name && s.d === d) {
      const i = cell[dimOf(group.out, s.i)];
      return taps.map(([t, a]) => [i * s.s + t, a]); // the frame begins at -pad
    }
    if (wrt === s.name && name === scene.up && dimOf(group.out, s.i) === d) {
      const low = Math.min(-s.pad[0], -span);
      return taps.map(([t, a]) => [cell[s.d] - t - low, a]);
    }
    if (wrt && wrt !== s.name && name === s.name && s.d === d && group.cells[wrt]) {
      const t = taps[cell[dimOf(group.cells[wrt], s.a)]]?.[0] ?? 0;
      const n = scene.shape[dimOf(group.out, s.i)];
      return Array.from({ length: n }, (_, i) => [i * s.s + t, i]);
    }
  }
  return null;
}

// The cell of another array that falls on a ghost: all loop axes are known from the step, the sheet and the taps.
export function ghostPartner(scene, p, step, sheet, taps) {
  const group = scene.rule.groups[0];
  const [first, partner] = p.names;
  if (!partner || !(partner in scene.operands)) return null;
  const at = {};
  const outDims = p.forward ? group.out : group.cells[p.direction.wrt];
  const known = (dims, index) => dims.forEach((dim, d) => {
    const axes = Object.keys(dim.axes);
    if (axes.length === 1 && !(axes[0] in at)) at[axes[0]] = index[d];
  });
  known(outDims, unflatten(step, p.shape));
  const firstDims = first === scene.up ? group.out : group.cells[first];
  known(firstDims.filter((_, d) => sheet.axes.includes(d)), sheet.axes.map((d) => sheet.index[d]));
  const grid = layoutOf(scene, first, p.arrays[first].shape);
  grid.forEach((d, k) => {
    const s = d >= 0 && slides(scene).find((one) => (first === scene.up ? dimOf(group.out, one.i) : one.d) === d);
    if (s?.a) at[s.a] = taps[k];
  });
  const dims = group.cells[partner];
  if (dims.some((dim) => Object.keys(dim.axes).some((a) => !(a in at)))) return null;
  return cellAt(dims, at, scene.sizes, scene.operands[partner].shape);
}
