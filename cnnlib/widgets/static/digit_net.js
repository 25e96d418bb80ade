// A small network run from its rules: forwards, backwards, the terms of any cell, and the loss after a nudge.
import { count, expand, resolve, outShape, sweep } from "./rule.js";
import { crossEntropy, softmax } from "./softmax.js";
import { sums, turn } from "./table.js";

// Weights travel as whole numbers from -127 to 127 and one scale for each array.
export function decode({ shape, bytes, scale, data }) {
  if (data) return { shape, data: Float64Array.from(data) };
  const raw = atob(bytes);
  return {
    shape,
    data: Float64Array.from(
      { length: raw.length },
      (_, q) => ((raw.charCodeAt(q) << 24) >> 24) * scale,
    ),
  };
}

export function makeNet(steps) {
  return steps.map((step) => {
    const weights = Object.fromEntries(
      Object.entries(step.weights).map(([name, a]) => [name, decode(a)]),
    );
    return { ...step, weights, plain: step.rule.groups.every((g) => typeof g.coef === "number") };
  });
}

function stage(step, input) {
  const operands = { [step.reads]: input, ...step.weights };
  const shapes = Object.fromEntries(Object.entries(operands).map(([name, a]) => [name, a.shape]));
  const sizes = resolve(step.rule, shapes);
  return { operands, shapes, sizes, shape: outShape(step.rule, sizes) };
}

// The result of one step. A rule whose coefficients depend on the data (winner, positive) is written out.
function apply(step, input) {
  const { operands, shapes, sizes, shape } = stage(step, input);
  if (!step.plain) {
    const { groups } = expand(step.rule, operands);
    return { shape, data: sums(groups, operands, count(shape)), groups };
  }
  const out = new Float64Array(count(shape));
  for (const g of step.rule.groups) {
    const data = Object.keys(g.cells).map((name) => operands[name].data);
    sweep(
      g,
      step.rule.order,
      sizes,
      shapes,
      data.length === 2
        ? (o, c) => {
            out[o] += data[0][c[0]] * data[1][c[1]] * g.coef;
          }
        : (o, c) => {
            out[o] += data[0][c[0]] * g.coef;
          },
    );
  }
  return { shape, data: out };
}

export function forward(net, x, from = 0) {
  const layers = [x];
  for (const step of net.slice(from)) layers.push(apply(step, layers.at(-1)));
  return layers;
}

export function lossOf(layers, y) {
  const { p, logP } = softmax(Array.from(layers.at(-1).data));
  return { p, loss: crossEntropy(logP, y) };
}

// The delta of every layer, from p − y back to the pixels.
export function backward(net, layers, y) {
  const { p } = lossOf(layers, y);
  const deltas = [{ shape: layers.at(-1).shape, data: Float64Array.from(p, (v, k) => v - y[k]) }];
  for (let l = net.length - 1; l >= 0; l--)
    deltas.unshift(back(net[l], layers[l], layers[l + 1], deltas[0]));
  return deltas;
}

function back(step, input, output, delta) {
  const out = new Float64Array(input.data.length);
  const { operands, shapes, sizes } = stage(step, input);
  if (!step.plain) {
    const turned = turn(output.groups, step.reads, () => 1);
    return { shape: input.shape, data: sums(turned, { ...operands, delta }, out.length) };
  }
  for (const g of step.rule.groups) {
    const names = Object.keys(g.cells),
      at = names.indexOf(step.reads);
    if (at < 0) continue;
    const other = names.find((name) => name !== step.reads),
      k = names.indexOf(other);
    sweep(
      g,
      step.rule.order,
      sizes,
      shapes,
      other
        ? (o, c) => {
            out[c[at]] += delta.data[o] * operands[other].data[c[k]] * g.coef;
          }
        : (o, c) => {
            out[c[at]] += delta.data[o] * g.coef;
          },
    );
  }
  return { shape: input.shape, data: out };
}

// The rows that end in one cell (forward) or start from it (backward): { coef, factors, value }.
export function termsOf(step, input, output, delta, cell, way) {
  const { operands, shapes, sizes } = stage(step, input);
  const found = [];
  const add = (coef, names, cells, o) => {
    const factors = names.map((name, k) => [name, cells[k], operands[name].data[cells[k]]]);
    const parts =
      way === "forward"
        ? factors
        : [["delta", o, delta.data[o]], ...factors.filter(([name]) => name !== step.reads)];
    found.push({
      coef,
      factors: parts,
      value: coef === 0 ? 0 : parts.reduce((v, [, , f]) => v * f, coef),
    });
  };
  const wanted = (names, cells, o) =>
    way === "forward" ? o === cell : cells[names.indexOf(step.reads)] === cell;
  if (!step.plain) {
    for (const g of output.groups) {
      const names = Object.keys(g.cells);
      g.out.forEach((o, t) => {
        const cells = names.map((name) => g.cells[name][t]);
        if (wanted(names, cells, o)) add(g.coef[t], names, cells, o);
      });
    }
    return found;
  }
  for (const g of step.rule.groups) {
    const names = Object.keys(g.cells);
    if (way === "backward" && !names.includes(step.reads)) continue;
    sweep(g, step.rule.order, sizes, shapes, (o, cells) => {
      if (wanted(names, cells, o)) add(g.coef, names, [...cells], o);
    });
  }
  return found;
}

// How fast the loss grows when one cell of one layer is nudged up, and when it is nudged down.
// The two part at a kink: a tie of a maximum, a ReLU at 0.
export function nudge(net, layers, y, l, cell, h = 1e-6) {
  const moved = (by) => {
    const data = Float64Array.from(layers[l].data);
    data[cell] += by;
    return lossOf(forward(net, { shape: layers[l].shape, data }, l), y).loss;
  };
  const here = lossOf(layers, y).loss,
    up = (moved(h) - here) / h,
    down = (here - moved(-h)) / h;
  return { up, down, kink: Math.abs(up - down) > 0.1 * (Math.abs(up) + Math.abs(down)) + 1e-5 };
}
