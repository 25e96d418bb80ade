// A rule names, for each array, which loop axes make up its indices. Written out, it is a table of terms.
// The same definitions as cnnlib/trace/rule.py and expand.py; tests compare the two on random rules.

/** @type {(shape: number[]) => number} */
export const count = (shape) => shape.reduce((product, n) => product * n, 1);

/**
 * @param {number} flat
 * @param {number[]} shape
 * @returns {number[]}
 */
export function unflatten(flat, shape) {
  /** @type {number[]} */
  const index = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    index[d] = flat % shape[d];
    flat = Math.floor(flat / shape[d]);
  }
  return index;
}

/** @type {(index: (number | string)[], shape: number[]) => number} */
export const flatten = (index, shape) =>
  index.reduce((/** @type {number} */ flat, i, d) => flat * shape[d] + Number(i), 0);

/** @type {(dim: AffineIndex) => boolean} */
const direct = (dim) => {
  const axes = Object.keys(dim.axes);
  return axes.length === 1 && Math.abs(dim.axes[axes[0]]) === 1 && !dim.pad[0] && !dim.pad[1];
};

/** @type {(dim: AffineIndex, sizes: Record<string, number>, without?: string) => number} */
const reach = (dim, sizes, without) =>
  Object.entries(dim.axes).reduce(
    (sum, [a, c]) => (a === without ? sum : sum + Math.abs(c) * (sizes[a] - 1)),
    0,
  );

// The length of every loop axis: a dimension's own, or the number of places where a window fits.
/**
 * @param {Rule} rule
 * @param {Record<string, number[]>} shapes
 * @returns {Record<string, number>}
 */
export function resolve(rule, shapes) {
  const sizes = { ...rule.sizes };
  const dims = rule.groups.flatMap((g) =>
    Object.entries(g.cells).flatMap(([name, ds]) =>
      ds.map((dim, d) => /** @type {[AffineIndex, number]} */ ([dim, shapes[name][d]])),
    ),
  );
  for (const [dim, size] of dims) if (direct(dim)) sizes[Object.keys(dim.axes)[0]] ??= size;
  for (const [dim, size] of dims) {
    for (const axis of Object.keys(dim.axes).filter((a) => !(a in sizes))) {
      const room = size + dim.pad[0] + dim.pad[1] - 1 - reach(dim, sizes, axis);
      sizes[axis] = Math.max(0, Math.floor(room / Math.abs(dim.axes[axis])) + 1);
    }
  }
  return sizes;
}

/** @type {(rule: Rule, sizes: Record<string, number>) => number[]} */
export const outShape = (rule, sizes) => outShapeOf(rule.groups[0], sizes);

/** @type {(dim: AffineIndex, at: Record<string, number>, sizes: Record<string, number>) => number} */
export const position = (dim, at, sizes) => {
  let index = -dim.pad[0];
  for (const a in dim.axes)
    index += dim.axes[a] > 0 ? dim.axes[a] * at[a] : dim.axes[a] * (at[a] + 1 - sizes[a]);
  return index;
};

// Flat cell number, or -1 in the padding.
/**
 * @param {AffineIndex[]} dims
 * @param {Record<string, number>} at
 * @param {Record<string, number>} sizes
 * @param {number[]} shape
 * @returns {number}
 */
export function cellAt(dims, at, sizes, shape) {
  let flat = 0;
  for (let d = 0; d < dims.length; d++) {
    const i = position(dims[d], at, sizes);
    if (i < 0 || i >= shape[d]) return -1;
    flat = flat * shape[d] + i;
  }
  return flat;
}

/** @type {(group: TermGroup, order: string[]) => string[]} */
const axesOf = (group, order) => {
  const used = new Set(
    [group.out, ...Object.values(group.cells)].flat().flatMap((dim) => Object.keys(dim.axes)),
  );
  return order.filter((axis) => used.has(axis));
};

// Call visit(out, cells) with flat numbers for every term of a group, last axis fastest. Every flat number
// is linear in the loop axes, so it is carried along; indices that may leave their array are watched.
/**
 * @param {TermGroup} group
 * @param {string[]} order
 * @param {Record<string, number>} sizes
 * @param {Record<string, number[]>} shapes
 * @param {(out: number, cells: Int32Array) => void} visit
 */
export function sweep(group, order, sizes, shapes, visit) {
  const axes = axesOf(group, order);
  const names = Object.keys(group.cells);
  const lines = [
    line(group.out, outShapeOf(group, sizes)),
    ...names.map((name) => line(group.cells[name], shapes[name])),
  ];
  const watched = names
    .flatMap((name) =>
      group.cells[name].map((dim, d) => ({
        ...line([dim], [1]),
        limit: shapes[name][d],
        last: Math.max(...Object.keys(dim.axes).map((axis) => axes.indexOf(axis))),
        free: direct(dim),
      })),
    )
    .filter((w) => !w.free);
  const all = [...lines, ...watched],
    wide = all.length,
    cells = new Int32Array(names.length);
  const level = axes.map(() => new Int32Array(wide));
  const start = Int32Array.from(all, (one) => one.base);
  turn(0, start);

  /**
   * @param {AffineIndex[]} dims
   * @param {number[]} shape
   */
  function line(dims, shape) {
    let base = 0,
      stride = 1;
    const step = new Int32Array(axes.length);
    for (let d = dims.length - 1; d >= 0; stride *= shape[d--]) {
      base -= stride * dims[d].pad[0];
      for (const axis in dims[d].axes) {
        const c = dims[d].axes[axis];
        step[axes.indexOf(axis)] += stride * c;
        if (c < 0) base -= stride * c * (sizes[axis] - 1);
      }
    }
    return { base, step };
  }
  /**
   * @param {number} k
   * @param {Int32Array} from
   * @returns {void}
   */
  function turn(k, from) {
    if (k === axes.length) {
      for (let m = 0; m < cells.length; m++) cells[m] = from[m + 1];
      return visit(from[0], cells);
    }
    const here = level[k];
    next: for (let at = 0; at < sizes[axes[k]]; at++) {
      for (let m = 0; m < wide; m++) here[m] = from[m] + at * all[m].step[k];
      for (let m = lines.length; m < wide; m++) {
        const { last, limit } = watched[m - lines.length];
        if (last === k && (here[m] < 0 || here[m] >= limit)) continue next;
      }
      turn(k + 1, here);
    }
  }
}

/** @type {(group: TermGroup, sizes: Record<string, number>) => number[]} */
const outShapeOf = (group, sizes) => group.out.map((dim) => reach(dim, sizes) + 1);

// How many rows a rule has when it is written out, padding included.
/** @type {(rule: Rule, sizes: Record<string, number>) => number} */
export const rowCount = (rule, sizes) =>
  rule.groups.reduce(
    (sum, g) => sum + axesOf(g, rule.order).reduce((n, axis) => n * sizes[axis], 1),
    0,
  );

/**
 * @param {Rule} rule
 * @param {Record<string, NumberArray>} operands
 */
export function expand(rule, operands) {
  const shapes = Object.fromEntries(Object.entries(operands).map(([name, a]) => [name, a.shape]));
  const sizes = resolve(rule, shapes);
  return {
    sizes,
    shape: outShape(rule, sizes),
    groups: rule.groups.map((g) => rows(g, rule.order, sizes, shapes, operands)),
  };
}

/**
 * @param {TermGroup} group
 * @param {string[]} order
 * @param {Record<string, number>} sizes
 * @param {Record<string, number[]>} shapes
 * @param {Record<string, NumberArray>} operands
 * @returns {Rows}
 */
function rows(group, order, sizes, shapes, operands) {
  const names = Object.keys(group.cells);
  /** @type {number[]} */
  const out = [];
  const columns = names.map(() => /** @type {number[]} */ ([]));
  sweep(group, order, sizes, shapes, (o, found) => {
    out.push(o);
    for (let m = 0; m < columns.length; m++) columns[m].push(found[m]);
  });
  const cells = Object.fromEntries(names.map((name, m) => [name, columns[m]]));
  return { out, cells, ...coefficients(group.coef, out, cells, sizes, operands) };
}

/**
 * @param {Coefficient} coef
 * @param {number[]} out
 * @param {Record<string, number[]>} cells
 * @param {Record<string, number>} sizes
 * @param {Record<string, NumberArray>} operands
 * @returns {{ coef: number[], back?: number[] }}
 */
function coefficients(coef, out, cells, sizes, operands) {
  if (typeof coef === "number") return { coef: out.map(() => coef) };
  if ("share" in coef)
    return { coef: out.map(() => 1 / coef.share.reduce((n, a) => n * sizes[a], 1)) };
  const name = "positive" in coef ? coef.positive : coef.winner;
  const values = cells[name].map((c) => operands[name].data[c]);
  if ("positive" in coef) {
    const below = coef.below ?? 0;
    return { coef: values.map((v) => (v > 0 ? 1 : below)) };
  }
  return winners(out, values, coef.ties);
}

/**
 * @param {number[]} out
 * @param {number[]} values
 * @param {string} ties
 * @returns {{ coef: number[], back?: number[] }}
 */
function winners(out, values, ties) {
  /** @type {Map<number, number>} */
  const best = new Map();
  /** @type {Map<number, number>} */
  const number = new Map();
  const seen = new Set();
  out.forEach((o, t) => best.set(o, Math.max(best.get(o) ?? -Infinity, values[t])));
  out.forEach((o, t) => values[t] === best.get(o) && number.set(o, (number.get(o) ?? 0) + 1));
  const tied = out.map((o, t) => values[t] === best.get(o));
  const first = (/** @type {number} */ cell, /** @type {number} */ t) =>
    tied[t] && !seen.has(cell) && seen.add(cell);
  if (ties === "first") return { coef: out.map((o, t) => (first(o, t) ? 1 : 0)) };
  const split = out.map((o, t) => (tied[t] ? 1 / (number.get(o) ?? 1) : 0));
  return ties === "split" ? { coef: split } : { coef: split, back: tied.map(Number) };
}
