// Every number of the small network, by name: the way forward, the loss, and the way back.
import { backward, forward, gradient, lossOf, makeNet, termsOf } from "./net.js";

/**
 * @typedef {import("./net.js").Values} Values
 * @typedef {Record<string, Values>} Arrays
 */

/** What stands in the same cells on the way back. */
export const BACK = {
  x: "dx",
  w1: "dw1",
  b1: "db1",
  z1: "delta1",
  a1: "da1",
  pool: "dpool",
  flat: "dflat",
  w2: "dw2",
  b2: "db2",
  z2: "delta2",
};
export const FRONT = Object.fromEntries(Object.entries(BACK).map(([front, back]) => [back, front]));
export const LEARNT = ["w1", "b1", "w2", "b2"];

/** The layer that an array comes from, and for a weight its name there. */
const FROM = {
  z1: 0,
  a1: 1,
  pool: 2,
  flat: 3,
  z2: 4,
  w1: [0, "w"],
  b1: [0, "b"],
  w2: [4, "w"],
  b2: [4, "b"],
};
const INPUTS = ["x", "z1", "a1", "pool", "flat", "z2"];

/** The layers with the reader's weights. */
function layersWith(net, values) {
  return makeNet(
    net.steps.map((step, l) => {
      const names = Object.keys(step.weights);
      const weights = names.map((w) => [w, { ...step.weights[w], data: values[w + (l ? 2 : 1)] }]);
      return { ...step, weights: Object.fromEntries(weights) };
    }),
  );
}

/** All arrays, forward and backward. */
export function compute(net, values) {
  const steps = layersWith(net, values);
  const given = Object.entries(net.shapes).map(([k, shape]) => [k, { shape, data: values[k] }]);
  /** @type {Arrays} */
  const arrays = Object.fromEntries(given);
  const layers = forward(steps, { shape: net.shapes.x, data: Float64Array.from(values.x) });
  const deltas = backward(steps, layers, values.y);
  const { p, loss } = lossOf(layers, values.y);
  INPUTS.forEach((name, l) => {
    if (l) arrays[name] = layers[l];
    arrays[BACK[name]] = deltas[l];
  });
  for (const name of LEARNT) {
    const [l, w] = FROM[name];
    arrays[BACK[name]] = gradient(steps[l], layers[l], layers[l + 1], deltas[l + 1], w);
  }
  arrays.p = { shape: net.shapes.y, data: p };
  arrays.loss = { shape: [1], data: [loss] };
  return { arrays, steps, layers, deltas };
}

/** The weights after one step against the gradient. */
export function learn(values, arrays, rate) {
  const next = { ...values };
  for (const name of LEARNT) {
    const { data } = arrays[BACK[name]];
    next[name] = values[name].map((v, q) => v - rate * data[q]);
  }
  return next;
}

/**
 * The products that make one number, with the names that the picture uses; null where it is made
 * otherwise (softmax, the loss, what is given).
 * @returns {import("./net.js").Term[] | null}
 */
export function madeOf(scene, name, cell) {
  const front = Object.keys(BACK).find((key) => BACK[key] === name) ?? name;
  const at = FROM[front],
    own = Array.isArray(at);
  if (name === "delta2" || (at === undefined && name !== "dx")) return null;
  if (own && name === front) return null;
  const l = name === front || own ? [at].flat()[0] : INPUTS.indexOf(front);
  const { steps, layers, deltas } = scene,
    step = steps[l];
  const wrt = name === front ? "" : own ? at[1] : step.reads;
  const inner = {
    [step.reads]: INPUTS[l],
    w: l ? "w2" : "w1",
    b: l ? "b2" : "b1",
    delta: BACK[INPUTS[l + 1]],
  };
  const terms = termsOf(step, layers[l], layers[l + 1], deltas[l + 1], cell, wrt);
  return terms.map((t) => ({ ...t, factors: t.factors.map(([k, q, v]) => [inner[k], q, v]) }));
}
