// A small network run from its rules: forwards, backwards, the terms of any number, and the loss
// after a nudge.
import { count, expand, outShape, resolve, sweep } from "./rule.js";
import { crossEntropy, softmax } from "./softmax.js";
import { sums, turn } from "./table.js";

/**
 * @typedef {{ shape: number[], data: any }} Values numbers in row order, and their shape
 * @typedef {Values & { groups?: any[] }} Result of a layer; the rows, where data decided them
 * @typedef {object} Layer
 * @property {string} name of the result
 * @property {string} reads name of the operand that the layer before gives
 * @property {any} rule how its terms are found
 * @property {Record<string, Values>} weights
 * @property {number[]} input
 * @property {number[]} shape
 * @property {boolean} [plain] whether no coefficient depends on the data
 * @typedef {{ coef: number, factors: [string, number, number][], value: number }} Term
 */

/**
 * Weights travel as numbers, or as whole numbers from -127 to 127 and one scale for each array.
 * @returns {Values}
 */
function decode({ shape, bytes, scale, data }) {
  if (data) return { shape, data: Float64Array.from(data) };
  const raw = atob(bytes);
  const signed = (_, q) => ((raw.charCodeAt(q) << 24) >> 24) * scale;
  return { shape, data: Float64Array.from({ length: raw.length }, signed) };
}

/** @returns {Layer[]} */
export function makeNet(steps) {
  return steps.map((step) => {
    const packed = Object.entries(step.weights);
    const weights = Object.fromEntries(packed.map(([name, a]) => [name, decode(a)]));
    return { ...step, weights, plain: step.rule.groups.every((g) => typeof g.coef === "number") };
  });
}

/** The arrays of a layer at work, by name, with the lengths of its loops. */
function stage(step, input) {
  const operands = { [step.reads]: input, ...step.weights };
  const named = Object.entries(operands).map(([name, a]) => [name, a.shape]);
  const shapes = Object.fromEntries(named);
  const sizes = resolve(step.rule, shapes);
  return { operands, shapes, sizes, shape: outShape(step.rule, sizes) };
}

/**
 * The rows of a layer whose coefficients do not depend on the data, found once: for every group the
 * flat cells of the result, and of each array that is read.
 * @returns {{ names: string[], columns: Int32Array[], coef: number }[]}
 */
function rowsOf(step, sizes, shapes) {
  step.rows ??= step.rule.groups.map((g) => {
    const names = Object.keys(g.cells);
    const columns = Array.from({ length: names.length + 1 }, () => []);
    sweep(g, step.rule.order, sizes, shapes, (o, c) => {
      columns[0].push(o);
      for (let m = 0; m < names.length; m++) columns[m + 1].push(c[m]);
    });
    return { names, columns: columns.map((column) => Int32Array.from(column)), coef: g.coef };
  });
  return step.rows;
}

/** Add up products: into[at] += one[i] · two[j] · coef, or without the second factor. */
function addUp(into, at, [one, i], [two, j], coef) {
  if (two) for (let t = 0; t < at.length; t++) into[at[t]] += one[i[t]] * two[j[t]] * coef;
  else for (let t = 0; t < at.length; t++) into[at[t]] += one[i[t]] * coef;
}

/**
 * The result of one layer. A rule whose coefficients depend on the data is written out.
 * @returns {Result}
 */
function apply(step, input) {
  const { operands, shapes, sizes, shape } = stage(step, input);
  if (!step.plain) {
    const { groups } = expand(step.rule, operands);
    return { shape, data: sums(groups, operands, count(shape)), groups };
  }
  const out = new Float64Array(count(shape));
  for (const { names, columns, coef } of rowsOf(step, sizes, shapes)) {
    const [one, two] = names.map((name, k) => [operands[name].data, columns[k + 1]]);
    addUp(out, columns[0], one, two ?? [], coef);
  }
  return { shape, data: out };
}

/** @returns {Result[]} the picture and the result of every layer */
export function forward(net, x, from = 0) {
  const layers = [x];
  for (const step of net.slice(from)) layers.push(apply(step, layers[layers.length - 1]));
  return layers;
}

/** The probabilities of the last layer, and their cross-entropy with the label. */
export function lossOf(layers, y) {
  const { p, logP } = softmax(Array.from(layers[layers.length - 1].data));
  return { p, loss: crossEntropy(logP, y) };
}

/**
 * The delta of every layer, from p − y back to the pixels.
 * @returns {Values[]}
 */
export function backward(net, layers, y) {
  const { p } = lossOf(layers, y);
  const first = Float64Array.from(p, (v, k) => v - y[k]);
  const deltas = [{ shape: layers[layers.length - 1].shape, data: first }];
  for (let l = net.length - 1; l >= 0; l--) {
    deltas.unshift(gradient(net[l], layers[l], layers[l + 1], deltas[0], net[l].reads));
  }
  return deltas;
}

/**
 * The gradient with respect to what a layer read, or to one of its weights.
 * @returns {Values}
 */
export function gradient(step, input, output, delta, wrt) {
  const { operands, shapes, sizes } = stage(step, input);
  const { shape } = operands[wrt],
    out = new Float64Array(count(shape));
  if (!step.plain) {
    const turned = turn(output.groups, wrt, () => 1);
    return { shape, data: sums(turned, { ...operands, delta }, out.length) };
  }
  for (const { names, columns, coef } of rowsOf(step, sizes, shapes)) {
    const at = names.indexOf(wrt);
    if (at < 0) continue;
    const k = 1 - at;
    const other = names.length > 1 ? [operands[names[k]].data, columns[k + 1]] : [];
    addUp(out, columns[at + 1], [delta.data, columns[0]], other, coef);
  }
  return { shape, data: out };
}

/**
 * The rows that end in one cell of the result, or, with `wrt`, in one cell of that gradient.
 * @returns {Term[]}
 */
export function termsOf(step, input, output, delta, cell, wrt = "") {
  const { operands, shapes, sizes } = stage(step, input);
  /** @type {Term[]} */
  const found = [];
  const add = (coef, names, cells, o) => {
    if ((wrt ? cells[names.indexOf(wrt)] : o) !== cell) return;
    const factors = names.map((name, k) => [name, cells[k], operands[name].data[cells[k]]]);
    const others = factors.filter(([name]) => name !== wrt);
    const parts = wrt ? [["delta", o, delta.data[o]], ...others] : factors;
    const value = coef === 0 ? 0 : parts.reduce((v, [, , f]) => v * f, coef);
    found.push({ coef, factors: /** @type {any} */ (parts), value });
  };
  if (step.plain) {
    for (const { names, columns, coef } of rowsOf(step, sizes, shapes)) {
      const by = columns[wrt ? names.indexOf(wrt) + 1 : 0];
      const cellsOf = (t) => names.map((_, k) => columns[k + 1][t]);
      if (wrt && !names.includes(wrt)) continue;
      by.forEach((at, t) => at === cell && add(coef, names, cellsOf(t), columns[0][t]));
    }
    return found;
  }
  for (const g of output.groups) {
    const names = Object.keys(g.cells);
    if (wrt && !names.includes(wrt)) continue;
    g.out.forEach((o, t) =>
      add(
        g.coef[t],
        names,
        names.map((name) => g.cells[name][t]),
        o,
      ),
    );
  }
  return found;
}

/**
 * How fast the loss grows when one cell of one layer is nudged up, and when it is nudged down.
 * The two part at a kink: a tie of a maximum, a ReLU at 0.
 */
export function nudge(net, layers, y, l, cell, h = 1e-6) {
  const moved = (by) => {
    const data = Float64Array.from(layers[l].data);
    data[cell] += by;
    return lossOf(forward(net, { shape: layers[l].shape, data }, l), y).loss;
  };
  const here = lossOf(layers, y).loss;
  const up = (moved(h) - here) / h,
    down = (here - moved(-h)) / h;
  const kink = Math.abs(up - down) > 0.1 * (Math.abs(up) + Math.abs(down)) + 1e-5;
  return { up, down, kink };
}
