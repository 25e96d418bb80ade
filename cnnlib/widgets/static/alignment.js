// Where the cells of an array stand when a window slides, and which zeros stand between and around them.
// A sliding index u = s*i + d*a - p ties three arrays together; each pass spaces them out by s or d.
import { cellAt, unflatten } from "./rule.js";

/** @type {(size: number, by?: number, from?: number) => number[]} */
const spaced = (size, by = 1, from = 0) => Array.from({ length: size }, (_, i) => i * by + from);

/** @type {(dims: AffineIndex[], axis: string) => number} */
const dimOf = (dims, axis) => dims.findIndex((dim) => axis in dim.axes);

/** @type {WeakMap<Scene, Slide[]>} */
const known = new WeakMap();

/**
 * The sliding indices of the rule: which operand they index, and the axes of output and taps in them.
 * @param {Scene} scene
 */
function slides(scene) {
  const found = known.get(scene) ?? slidesOf(scene);
  known.set(scene, found);
  return found;
}

/**
 * @param {Scene} scene
 * @returns {Slide[]}
 */
function slidesOf(scene) {
  const { rule, sizes, operands } = scene;
  if (!rule || !sizes) return [];
  const [group] = rule.groups;
  return Object.entries(group.cells).flatMap(([name, dims]) =>
    dims.flatMap((dim, d) => {
      const axes = Object.keys(dim.axes);
      const [i, more] = axes.filter((axis) => dimOf(group.out, axis) >= 0);
      const [a, other] = axes.filter((axis) => dimOf(group.out, axis) < 0);
      const s = Math.abs(dim.axes[i]);
      if (!i || more || other || (!a && s === 1 && !dim.pad[0] && !dim.pad[1])) return [];
      const c = a ? dim.axes[a] : 1;
      const taps = a ? sizes[a] : 1;
      const span = (taps - 1) * Math.abs(c);
      const size = operands[name].shape[d];
      return [{ name, d, i, a, s, c, pad: dim.pad, size, taps, span, o: dimOf(group.out, i) }];
    }),
  );
}

/**
 * The frame of one array along one of its axes (d) in a pass, or nothing where it lies close and bare.
 * @param {Scene} scene
 * @param {Standing} pass
 * @param {string} name
 * @param {number} d
 * @param {number} size
 */
export function frame(scene, pass, name, d, size) {
  const { wrt, scatter } = pass.direction;
  const isUp = name === scene.up || name === scene.out;
  for (const s of slides(scene)) {
    const collects = wrt === s.name && !scatter;
    const here = (name === s.name || name === `d${s.name}`) && s.d === d;
    if (here && (!wrt || scatter || wrt !== s.name))
      return { at: spaced(size), lo: -s.pad[0], hi: size - 1 + s.pad[1] };
    if (isUp && s.o === d && collects) {
      const at = spaced(size, s.s, -s.pad[0]);
      return { at, lo: Math.min(at[0], -s.span), hi: Math.max(at[size - 1], s.size - 1) };
    }
    if (isUp && s.o === d && wrt && wrt !== s.name && pass.names.includes(s.name))
      return { at: spaced(size, s.s), lo: 0, hi: (size - 1) * s.s };
  }
  return null;
}

/**
 * Whether the window of a pass lies turned: where index and place run against each other.
 * @param {Scene} scene
 * @param {Direction} direction
 */
export function isTurned(scene, { wrt, scatter }) {
  const moving = slides(scene).filter((s) => s.a && s.taps > 1);
  if (wrt && !moving.some((s) => s.name === wrt)) return false; // a window of deltas, as it is
  return moving.length > 0 && moving.every((s) => (wrt === s.name && !scatter) !== s.c < 0);
}

/**
 * The places a window covers at a step, for rows and columns of the array it slides over.
 * @param {Scene} scene
 * @param {Pass} pass
 * @param {number} step
 * @param {number[]} grid
 */
export function windowAt(scene, pass, step, grid) {
  if (!scene.rule) return null;
  const cell = unflatten(step, pass.over);
  const [rows, cols] = grid.map(
    (d) => /** @type {PlaceTap[] | null} */ (d < 0 ? [[0, -1]] : placesAlong(scene, pass, d, cell)),
  );
  return rows && cols ? { rows, cols } : null;
}

/**
 * @param {Scene} scene
 * @param {Pass} pass
 * @param {number} d
 * @param {number[]} cell
 * @returns {PlaceTap[] | null}
 */
function placesAlong(scene, pass, d, cell) {
  const { wrt, scatter } = pass.direction;
  const [name] = pass.names;
  for (const s of slides(scene)) {
    const taps = spaced(s.taps).map(
      (a) => /** @type {PlaceTap} */ ([s.c < 0 ? s.span + a * s.c : a * s.c, a]),
    );
    const reads = s.d === d && s.name === (scatter ? wrt : name);
    if ((!wrt || scatter) && reads) return taps.map(([t, a]) => [cell[s.o] * s.s + t, a]); // the frame begins at -pad
    if (wrt === s.name && !scatter && name === scene.up && s.o === d) {
      const low = Math.min(-s.pad[0], -s.span);
      return taps.map(([t, a]) => [cell[s.d] - t - low, a]);
    }
    const shared = wrt && scene.rule?.groups[0].cells[wrt];
    if (wrt && wrt !== s.name && reads && shared && s.a) {
      const t = taps[cell[dimOf(shared, s.a)]]?.[0] ?? 0;
      return spaced(scene.shape[s.o], s.s, t).map((place, i) => [place, i]);
    }
  }
  return null;
}

/**
 * The cell of the other array that falls on a place of the window: all loop axes are known from
 * the step, the sheet and the taps. −1 where there is none.
 * @param {Scene} scene
 * @param {Pass} pass
 * @param {number} step
 * @param {Sheet} sheet
 * @param {number[]} grid
 * @param {number[]} taps
 */
export function tapAt(scene, pass, step, sheet, grid, taps) {
  const { out, cells } = /** @type {Rule} */ (scene.rule).groups[0];
  const { wrt, scatter } = pass.direction;
  const [first, partner] = pass.names;
  if (!partner) return -1;
  /** @type {(name: string) => AffineIndex[]} */
  const dimsOf = (name) => (name === scene.up ? out : cells[name]);
  /** @type {Record<string, number>} */
  const at = {};
  const learn = (/** @type {AffineIndex[]} */ dims, /** @type {number[]} */ index) =>
    dims.forEach((dim, d) => {
      const [axis, more] = Object.keys(dim.axes);
      if (!more) at[axis] ??= index[d];
    });
  learn(wrt && !scatter ? cells[wrt] : out, unflatten(step, pass.over));
  const under = scatter && wrt ? cells[wrt] : dimsOf(first); // the array that it slides over
  learn(
    sheet.axes.map((d) => under[d]),
    sheet.axes.map((d) => sheet.index[d]),
  );
  const rim = first === scene.up && !scatter;
  grid.forEach((d, k) => {
    const s = d >= 0 && slides(scene).find((one) => (rim ? one.o : one.d) === d);
    if (!s) return;
    if (wrt && wrt !== s.name && !scatter)
      at[s.i] = taps[k]; // a window of deltas
    else if (s.a) at[s.a] = taps[k];
  });
  const dims = dimsOf(partner);
  if (!dims || dims.some((dim) => Object.keys(dim.axes).some((axis) => !(axis in at)))) return -1;
  const { shape } = pass.arrays[partner];
  return cellAt(dims, at, scene.sizes ?? {}, shape);
}
