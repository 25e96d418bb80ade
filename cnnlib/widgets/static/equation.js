// The arithmetic of one step, in words that a screen reader can read and in coloured pieces.
import { el, role } from "./dom.js";
import { factor, text } from "./numbers.js";
import { unflatten } from "./rule.js";
import { term } from "./scene.js";

/** @typedef {string | [symbol: string, text: string]} Piece */
/** @typedef {ReturnType<typeof term>} Term */

const MOST = 25; // terms written out before the rest is counted

// z[0,1]: axes of length one are left out, they would say nothing.
/**
 * @param {string} name
 * @param {number} flat
 * @param {number[]} shape
 */
export function cellName(name, flat, shape) {
  const index = unflatten(flat, shape).filter((_, d) => shape[d] > 1);
  return index.length ? `${name}[${index}]` : name;
}

// A list of plain texts and of [symbol, text]; joined it is the sentence, with symbols it is coloured.
/**
 * @param {Pass} p
 * @param {number} step
 * @param {number} [most]
 * @returns {Piece[]}
 */
export function sentence(p, step, most = MOST) {
  const rows = p.steps[step].filter(([g, t]) => p.by === "out" || p.gate || g.coef[t] !== 0); // a cut wire stamps nothing
  const terms = rows.slice(0, most).map(([g, t]) => term(p, g, t)),
    more = rows.length - most;
  return (p.by === "out" ? gathered : stamped)(p, step, terms, more);
}

/**
 * @param {Pass} p
 * @param {number} step
 * @param {Term[]} terms
 * @param {number} more
 * @returns {Piece[]}
 */
function gathered(p, step, terms, more) {
  /** @type {Piece[]} */
  const name = [[p.out, cellName(p.out, step, p.shape)], " = "];
  const one = terms.at(0);
  const post = p.forward && p.post !== "identity";
  if (!one && !post) return [...name, "0 (no wire ends here)"];
  if (one && terms.length === 1 && !post && !p.gate && one.coef === 1 && one.factors.length === 1)
    return [...name, [one.factors[0][0], text(one.value)]];
  /** @type {Piece[]} */
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

/**
 * @param {Pass} p
 * @param {number} step
 * @param {Term[]} terms
 * @param {number} more
 * @returns {Piece[]}
 */
function stamped(p, step, terms, more) {
  const { shape, data } = p.arrays[p.up];
  return [
    [p.up, `${cellName(p.up, step, shape)} = ${text(data[step])}`],
    terms.length ? " adds " : " reaches no cell",
    ...terms.flatMap(
      (one, k) =>
        /** @type {Piece[]} */ ([
          k ? ", " : "",
          ...written(p, one),
          " to ",
          [p.out, cellName(p.out, one.out, p.shape)],
        ]),
    ),
    more > 0 ? `, … (${more} more)` : "",
  ];
}

/**
 * @param {Pass} p
 * @param {Term} one
 * @returns {Piece[]}
 */
function written(p, { coef, factors, out }) {
  /** @type {Piece[]} */
  const numbers = factors.map(([name, , value]) => [name, factor(value)]);
  if (p.gate) numbers.push([p.gate, `[${text(p.arrays[p.gate].data[out])} > 0]`]);
  else if (coef !== 1 || !numbers.length) numbers.unshift(factor(coef));
  return numbers.flatMap((number, k) => /** @type {Piece[]} */ (k ? ["·", number] : [number]));
}

/** @type {(pieces: Piece[]) => string} */
export const asText = (pieces) =>
  pieces.map((one) => (typeof one === "string" ? one : one[1])).join("");

/** @type {(pieces: Piece[]) => (string | HTMLElement)[]} */
export const asNodes = (pieces) =>
  pieces.map((one) =>
    typeof one === "string" ? one : el("span", { style: `color:${role(one[0])}` }, one[1]),
  );
