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

const piece = (name, value) => [name, value];

// A list of [symbol or null, text]; joined it is the sentence, with symbols it is coloured.
export function sentence(p, step, most = MOST) {
  const rows = p.steps[step].filter(([g, t]) => p.by === "out" || p.gate || g.coef[t] !== 0); // a cut wire stamps nothing
  const terms = rows.slice(0, most).map(([g, t]) => term(p, g, t)), more = rows.length - most;
  return p.by === "out" ? gathered(p, step, terms, more) : stamped(p, step, terms, more);
}

function gathered(p, step, terms, more) {
  const name = [piece(p.out, cellName(p.out, step, p.shape)), piece(null, " = ")];
  const post = p.forward && p.post !== "identity" ? p.post : "";
  const [one] = terms;
  if (terms.length === 1 && !post && !p.gate && one.coef === 1 && one.factors.length === 1) return [...name, piece(one.factors[0][0], text(one.value))];
  const some = terms.flatMap((one, k) => [...(k ? [piece(null, " + ")] : []), ...written(p, one)]);
  const rest = more > 0 ? [piece(null, ` + … (${more} more)`)] : [];
  const sum = terms.length ? [...some, ...rest] : [piece(null, "0 (no wire ends here)")];
  const body = post ? [piece(null, `${post}(`), ...sum, piece(null, ")")] : sum;
  return [...name, ...body, ...(terms.length ? [piece(null, " = "), piece(p.out, text(p.values[step]))] : [])];
}

function stamped(p, step, terms, more) {
  const delta = p.arrays[p.up];
  const start = [piece(p.up, `${cellName(p.up, step, delta.shape)} = ${text(delta.data[step])}`), piece(null, terms.length ? " adds " : " reaches no cell")];
  const each = terms.flatMap((one, k) => [...(k ? [piece(null, ", ")] : []), ...written(p, one), piece(null, " to "),
    piece(p.out, cellName(p.out, one.out, p.shape))]);
  return [...start, ...each, ...(more > 0 ? [piece(null, `, … (${more} more)`)] : [])];
}

function written(p, { coef, factors, out }) {
  const numbers = factors.map(([name, , value]) => piece(name, value));
  if (!p.gate && (coef !== 1 || !numbers.length)) numbers.unshift(piece(null, coef));
  const product = numbers.flatMap(([name, value], k) => [...(k ? [piece(null, "·")] : []), piece(name, k || value < 0 ? factor(value) : text(value))]);
  return p.gate ? [...product, piece(null, "·"), piece(p.gate, `[${text(p.arrays[p.gate].data[out])} > 0]`)] : product;
}

export const asText = (pieces) => pieces.map(([, s]) => s).join("");

export const asNodes = (pieces) => pieces.map(([name, s]) => (name ? el("span", { style: `color:${role(name)}` }, s) : s));
