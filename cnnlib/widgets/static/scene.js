// From what the author wrote and what the reader changed to the arrays and terms on screen.
import { functions } from "./formula.js";
import { count, expand, flatten, resolve, rowCount, unflatten } from "./rule.js";
import { configure } from "./settings.js";
import { product, rowsBy, sums, tidy, turn } from "./table.js";

const TERMS = 10000; // terms, as in cnnlib

// Another size of the same array: kept where both overlap. Where it grows it is repeated, or, if
// `fresh`, gets the smallest whole numbers that do not stand in it yet.
/**
 * @param {NumberArray} array
 * @param {number[]} shape
 * @param {boolean} [fresh]
 * @returns {NumberArray}
 */
export function fit({ shape: from, data }, shape, fresh = false) {
  const used = new Set(data);
  let next = 1;
  return {
    shape,
    data: Float64Array.from({ length: count(shape) }, (_, q) => {
      const at = unflatten(q, shape);
      if (!fresh || at.every((i, d) => i < from[d]))
        return data[
          flatten(
            at.map((i, d) => i % from[d]),
            from,
          )
        ];
      while (used.has(next)) next++;
      return next++;
    }),
  };
}

/**
 * @param {string} name
 * @param {NumberArray} array
 * @param {Edits} edits
 */
function edited(name, array, edits) {
  for (const [index, value] of Object.entries(edits[name] ?? {})) {
    const at = index.split(",").map(Number);
    if (at.length === array.shape.length && at.every((i, d) => i < array.shape[d]))
      array.data[flatten(at, array.shape)] = value;
  }
  return array;
}

// The scene of a state, or a sentence that says why there is none. What does not depend on the
// numbers that changed is taken over from the `last` scene.
/**
 * @param {Pick<TraceState, "trace" | "delta" | "controls">} state
 * @param {{ edits?: Edits, geometry?: Geometry }} [changed]
 * @param {Scene | null} [last]
 * @returns {Scene | string}
 */
export function build(state, { edits = {}, geometry = {} } = {}, last) {
  const { trace } = state;
  const { rule, shapes } = configure?.(state, geometry) ?? { rule: trace.rule, shapes: {} };
  /** @type {Record<string, number[]>} */
  const asked = shapes;
  /** @type {Record<string, NumberArray>} */
  const operands = {};
  for (const [name, a] of Object.entries(trace.operands))
    operands[name] = edited(name, fit(a, asked[name] ?? a.shape), edits);
  const sizes =
    rule &&
    resolve(rule, Object.fromEntries(Object.entries(operands).map(([name, a]) => [name, a.shape])));
  if (sizes && Object.values(sizes).includes(0))
    return "The kernel does not fit the padded input: raise the padding or make the kernel smaller.";
  const number = rule && sizes ? rowCount(rule, sizes) : 0;
  if (number > TERMS)
    return `That would be ${number} terms, and a page draws at most ${TERMS}: make the kernel or the padding smaller, or the stride larger.`;
  const kept =
    last?.geometry === geometry &&
    !(rule?.groups ?? []).some(({ coef }) => typeof coef === "object" && !("share" in coef));
  const { shape, groups } = kept && last ? last : rule ? expand(rule, operands) : explicit(trace);
  const up = "delta" in operands ? "delta2" : "delta"; // a gradient has a delta of its own already
  const delta = edited(up, fit({ shape: trace.shape, data: state.delta }, shape, true), edits);
  return {
    ...trace,
    rule,
    sizes,
    shape,
    groups,
    operands,
    delta,
    up,
    geometry,
    sums: sums(groups, operands, count(shape)),
  };
}

/** @type {(trace: WrittenTrace) => { shape: number[], groups: Rows[] }} */
const explicit = (trace) => ({
  shape: trace.shape,
  groups: (trace.terms ?? []).map(({ coef, back, ...rows }) => ({
    ...rows,
    coef: spread(coef, rows.out),
    ...(back === undefined ? {} : { back: spread(back, rows.out) }),
  })),
});

/** @type {(column: number | number[], out: number[]) => number[]} */
const spread = (column, out) => (typeof column === "number" ? out.map(() => column) : column);

// The passes a trace offers: forward, the first gradient read in two ways and in both at once, then one per operand.
/**
 * @param {Pick<WrittenTrace, "operands">} trace
 * @returns {Direction[]}
 */
export function directions(trace) {
  const [wrt, ...rest] = Object.keys(trace.operands);
  const d = `d${wrt}`;
  return [
    { id: "forward", label: "Forward" },
    { id: `${d}-scatter`, label: `${d}, scatter`, wrt, scatter: true },
    { id: `${d}-gather`, label: `${d}, gather`, wrt },
    { id: `${d}-both`, label: `${d}, both`, wrt, both: true },
    ...rest.map((name) => ({ id: `d${name}`, label: `d${name}`, wrt: name })),
  ];
}

/**
 * The arrays that a pass reads, in the order in which they are drawn.
 * @param {Scene} scene
 * @param {Direction} direction
 */
export function namesOf(scene, { wrt }) {
  const groups = scene.groups.filter((g) => !wrt || wrt in g.cells);
  const used = new Set(groups.flatMap((g) => Object.keys(g.cells)));
  const found = Object.keys(scene.operands).filter((name) => used.has(name));
  return found.map((name) => (name === wrt ? scene.up : name));
}

// One pass: the arrays it reads in the order in which they are drawn, its result, and its steps.
/**
 * @param {Scene} scene
 * @param {Direction} direction
 * @param {Pass} [last]
 * @returns {Pass}
 */
export function pass(scene, direction, last) {
  const { wrt, scatter } = direction;
  const forward = !wrt;
  const [f, slope] = functions(scene);
  const kept =
    last?.source === scene.groups && last.direction === direction && scene.post === "identity";
  const groups = kept
    ? last.groups
    : !wrt
      ? scene.groups
      : turn(scene.groups, wrt, (o) => slope(scene.sums[o]), scene.up);
  const names = namesOf(scene, direction);
  const gate = wrt && scene.rule?.groups.some(({ coef }) => isGate(coef, wrt)) ? wrt : null; // lets delta through or not
  const arrays = { ...scene.operands, [scene.up]: scene.delta };
  const shape = wrt ? scene.operands[wrt].shape : scene.shape;
  const by = scatter ? scene.up : "out",
    over = scatter ? scene.shape : shape;
  const total = sums(groups, arrays, count(shape));
  const steps = kept ? last.steps : rowsBy(groups, by, count(over));
  return {
    direction,
    forward,
    source: scene.groups,
    groups,
    names,
    gate,
    arrays,
    shape,
    by,
    over,
    steps,
    values: forward ? total.map(f) : total,
    out: forward ? scene.out : `d${wrt}`,
    post: scene.post,
    up: scene.up,
  };
}

/**
 * The passes on screen: one, or the same gradient read in two ways, on the same numbers. The faces
 * hold on to a pass that only has other numbers now.
 * @param {Scene} scene
 * @param {Direction} direction
 * @param {Pass[]} shown
 * @param {((pass: Pass) => Pass) | null | undefined} bend what a turned kernel makes of it
 */
export function passesOf(scene, direction, shown, bend) {
  const { wrt } = direction;
  if (direction.both)
    direction.readings ??= [
      { wrt, scatter: true, way: "scatter" },
      { wrt, way: "gather" },
    ];
  return (direction.readings ?? [direction]).map((one, k) => {
    const last = shown[k];
    const right = pass(scene, one, last?.unbent ?? last);
    const now = bend ? { ...bend(right), unbent: right } : right;
    return last?.direction === one ? Object.assign(last, now) : now;
  });
}

/** @type {(coef: Coefficient, name: string) => boolean} */
const isGate = (coef, name) =>
  typeof coef === "object" && "positive" in coef && coef.positive === name && !coef.below;

// What the result shows after `step`: finished cells of a gather, running sums of a scatter.
/**
 * @param {Pass} p
 * @param {number} step
 * @returns {Float64Array}
 */
export function shown(p, step) {
  if (p.by === "out") return p.values.map((v, q) => (q <= step ? v : NaN));
  const running = new Float64Array(p.values.length),
    scale = new Float64Array(p.values.length).fill(NaN);
  for (const g of p.groups)
    g.cells[p.by].forEach((s, t) => {
      if (s > step) return;
      const value = product(g, t, p.arrays);
      running[g.out[t]] += value;
      scale[g.out[t]] = (scale[g.out[t]] || 0) + Math.abs(value);
    });
  return running.map((v, o) => (Number.isNaN(scale[o]) ? NaN : tidy(v, scale[o])));
}

// One row: its coefficient, its factors as [name, flat cell, value], and their product.
/**
 * @param {Pass} p
 * @param {Rows} g
 * @param {number} t
 */
export function term(p, g, t) {
  const coef = g.coef[t];
  const factors = p.names
    .filter((name) => name in g.cells)
    .map(
      (name) =>
        /** @type {[string, number, number]} */ ([
          name,
          g.cells[name][t],
          p.arrays[name].data[g.cells[name][t]],
        ]),
    );
  return {
    coef,
    factors,
    value: coef && factors.reduce((v, [, , x]) => v * x, coef),
    out: g.out[t],
  };
}
