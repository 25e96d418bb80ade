// From what the author wrote and what the reader changed to the arrays and terms on screen.
import { count, expand, flatten, unflatten } from "./rule.js";
import { POSTS, product, rowsBy, sums, tidy, turn } from "./table.js";

// Another size of the same array: kept where both overlap, repeated where it grows.
export function fit(array, shape) {
  if (String(array.shape) === String(shape)) return { shape, data: Float64Array.from(array.data) };
  const data = Float64Array.from({ length: count(shape) }, (_, q) =>
    array.data[flatten(unflatten(q, shape).map((i, d) => i % array.shape[d]), array.shape)]);
  return { shape, data };
}

const clone = (value) => JSON.parse(JSON.stringify(value));

// Whether a control can be set to a value: a link may ask for anything.
export const allowed = ({ options, min, max }, value) =>
  options ? options.includes(value) : Number.isInteger(value) && value >= min && value <= max;

// Put what the reader set into the rule and the sizes: a control only knows places, not meanings.
function configure(trace, controls, values) {
  const rule = trace.rule && clone(trace.rule);
  const shapes = Object.fromEntries(Object.entries(trace.operands).map(([name, a]) => [name, [...a.shape]]));
  for (const control of controls) {
    const value = values[control.name];
    if (allowed(control, value)) for (const [kind, name, d, axis] of control.set) set(kind, name, d, axis, value);
  }
  return { rule, shapes };
  function set(kind, name, d, axis, value) {
    if (kind === "size") shapes[name][d] = value;
    else if (kind === "loop") rule.sizes[name] = value;
    else for (const g of rule.groups) {
      if (kind === "ties" && g.coef.ties) g.coef.ties = value;
      const dim = g.cells[name]?.[d];
      if (dim && kind === "coef") dim.axes[axis] = Math.sign(dim.axes[axis]) * value;
      if (dim && kind === "pad") dim.pad = [value, value];
    }
  }
}

function edited(name, array, edits) {
  for (const [index, value] of Object.entries(edits[name] ?? {})) {
    const at = index.split(",").map(Number);
    if (at.length === array.shape.length && at.every((i, d) => i < array.shape[d])) {
      array.data[flatten(at, array.shape)] = value;
    }
  }
  return array;
}

export function build(state, { edits = {}, geometry = {} } = {}) {
  const { rule, shapes } = configure(state.trace, state.controls ?? [], geometry);
  const operands = {};
  for (const [name, a] of Object.entries(state.trace.operands)) {
    operands[name] = edited(name, fit(a, shapes[name]), edits);
  }
  const table = rule ? expand(rule, operands) : explicit(state.trace);
  if (count(table.shape) === 0) return null; // the window does not fit
  const up = "delta" in operands ? "delta2" : "delta"; // a gradient has a delta of its own already
  const delta = edited(up, fit({ shape: state.trace.shape, data: state.delta }, table.shape), edits);
  const total = sums(table.groups, operands, count(table.shape));
  return { ...state.trace, ...table, rule, operands, delta, up, sums: total };
}

const explicit = (trace) => ({
  shape: trace.shape,
  groups: trace.terms.map((g) => ({ ...g, coef: spread(g.coef, g.out), back: g.back && spread(g.back, g.out) })),
});

const spread = (column, out) => (typeof column === "number" ? out.map(() => column) : column);

// The names of the passes a trace offers: forward, two readings of the first gradient, then one per operand.
export function directions(trace) {
  const [main, ...rest] = Object.keys(trace.operands);
  const d = `d${main}`;
  return [
    { id: "forward", label: "Forward" },
    { id: `${d}-scatter`, label: `${d}, scatter`, wrt: main, scatter: true },
    { id: `${d}-gather`, label: `${d}, gather`, wrt: main },
    ...rest.map((name) => ({ id: `d${name}`, label: `d${name}`, wrt: name })),
  ];
}

// One pass: the arrays it reads in the order in which they are drawn, its result, and its steps.
export function pass(scene, direction) {
  const { wrt, scatter } = direction;
  const forward = !wrt;
  const [f, slope] = POSTS[scene.post];
  const groups = forward ? scene.groups : turn(scene.groups, wrt, (o) => slope(scene.sums[o]), scene.up);
  const used = new Set(groups.flatMap((g) => Object.keys(g.cells)));
  const names = Object.keys(scene.operands).map((name) => (name === wrt ? scene.up : name)).filter((n) => used.has(n));
  const arrays = { ...scene.operands, [scene.up]: scene.delta };
  const shape = forward ? scene.shape : scene.operands[wrt].shape;
  const by = scatter ? scene.up : "out";
  const total = sums(groups, arrays, count(shape));
  const values = forward ? total.map(f) : total;
  const steps = rowsBy(groups, by, count(scatter ? scene.delta.shape : shape));
  return { direction, forward, groups, names, arrays, shape, by, values, steps, out: forward ? scene.out : `d${wrt}`, post: scene.post, up: scene.up };
}

// What the result shows after `step`: finished cells of a gather, running sums of a scatter.
export function shown(p, step) {
  if (p.by === "out") return p.values.map((v, q) => (q <= step ? v : NaN));
  const running = new Float64Array(p.values.length), scale = new Float64Array(p.values.length).fill(NaN);
  for (const g of p.groups) g.cells[p.by].forEach((s, t) => {
    if (s > step) return;
    const value = product(g, t, p.arrays);
    running[g.out[t]] += value;
    scale[g.out[t]] = (scale[g.out[t]] || 0) + Math.abs(value);
  });
  return running.map((v, o) => (Number.isNaN(scale[o]) ? NaN : tidy(v, scale[o])));
}

// One row: its coefficient, its factors as [name, flat cell, value], and their product.
export function term(p, g, t) {
  const factors = p.names.filter((name) => name in g.cells).map((name) => [name, g.cells[name][t], p.arrays[name].data[g.cells[name][t]]]);
  const value = g.coef[t] === 0 ? 0 : factors.reduce((v, [, , x]) => v * x, g.coef[t]);
  return { coef: g.coef[t], factors, value, out: g.out[t] };
}
