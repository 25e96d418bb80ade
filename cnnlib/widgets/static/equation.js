// The arithmetic of one step, in words that a screen reader can read and in coloured pieces.
import { el, role } from "./dom.js";
import { factor, text } from "./numbers.js";
import { unflatten } from "./rule.js";
import { term } from "./scene.js";

const MOST = 25; // terms written out before the rest is counted

// z[0,1]: axes of length one are left out, they would say nothing.
export function cellName(name, flat, shape) {
  const index = unflatten(flat, shape).filter((_, d) => shape[d] > 1);
  return index.length ? `${name}[${index}]` : name;
}

// A list of plain texts and of [symbol, text]; joined it is the sentence, with symbols it is coloured.
export function sentence(p, step, most = MOST) {
  const rows = p.steps[step].filter(([g, t]) => p.by === "out" || p.gate || g.coef[t] !== 0); // a cut wire stamps nothing
  const terms = rows.slice(0, most).map(([g, t]) => term(p, g, t)),
    more = rows.length - most;
  return (p.by === "out" ? gathered : stamped)(p, step, terms, more);
}

function gathered(p, step, terms, more) {
  const name = [[p.out, cellName(p.out, step, p.shape)], " = "],
    [one] = terms;
  const post = p.forward && p.post !== "identity";
  if (!one && !post) return [...name, "0 (no wire ends here)"];
  if (terms.length === 1 && !post && !p.gate && one.coef === 1 && one.factors.length === 1)
    return [...name, [one.factors[0][0], text(one.value)]];
  const sum = terms.flatMap((each, k) => [k ? " + " : "", ...written(p, each)]);
  if (!one) sum.push("0");
  if (more > 0) sum.push(` + … (${more} more)`);
  return [
    ...name,
    ...(post ? [`${p.post}(`, ...sum, ")"] : sum),
    " = ",
    [p.out, text(p.values[step])],
  ];
}

function stamped(p, step, terms, more) {
  const { shape, data } = p.arrays[p.up];
  return [
    [p.up, `${cellName(p.up, step, shape)} = ${text(data[step])}`],
    terms.length ? " adds " : " reaches no cell",
    ...terms.flatMap((one, k) => [
      k ? ", " : "",
      ...written(p, one),
      " to ",
      [p.out, cellName(p.out, one.out, p.shape)],
    ]),
    more > 0 ? `, … (${more} more)` : "",
  ];
}

function written(p, { coef, factors, out }) {
  const numbers = factors.map(([name, , value]) => [name, factor(value)]);
  if (p.gate) numbers.push([p.gate, `[${text(p.arrays[p.gate].data[out])} > 0]`]);
  else if (coef !== 1 || !numbers.length) numbers.unshift(factor(coef));
  return numbers.flatMap((number, k) => (k ? ["·", number] : [number]));
}

export const asText = (pieces) => pieces.map((one) => [one].flat().at(-1)).join("");

export const asNodes = (pieces) =>
  pieces.map((one) => (one.map ? el("span", { style: `color:${role(one[0])}` }, one[1]) : one));
