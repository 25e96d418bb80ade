// Why is this number this number? Its terms, in words and in coloured pieces.
import { el, role } from "./dom.js";
import { factor, text } from "./numbers.js";
import { unflatten } from "./rule.js";
import { madeOf } from "./spine_net.js";

const TERMS_SPELT = 9; // terms spelt out
const LOOKS = { pool: "a", flat: "a", dpool: "da", dflat: "da", loss: "ink" };
const GIVEN = { x: "a pixel of the picture", y: "the label: 1 for what it is, 0 for the others" };

/** The colour of an array. */
export const colour = (name) => role(LOOKS[name] ?? name.replace(/\d$/, ""));

/** z1[0,1], δ1[2,0], p[1]: axes of length one say nothing. */
export function called(name, cell, shape) {
  const index = unflatten(cell, shape).filter((_, d) => shape[d] > 1);
  const letter = name.replace("delta", "δ");
  return index.length ? `${letter}[${index}]` : letter;
}

const piece = (name, words) => el("span", { style: `color:${colour(name)}` }, words);

/**
 * @returns {{ nodes: (Node | string)[], from: [string, number][] }} the sentence, and the numbers
 *   that it is made of
 */
export function why(scene, name, cell) {
  const { arrays } = scene,
    { shape, data } = arrays[name];
  const head = [piece(name, called(name, cell, shape)), " = "];
  const spoken = OTHERWISE[name] ?? OTHERWISE[name.replace(/\d$/, "")];
  const terms = madeOf(scene, name, cell);
  /** @type {[string, number][]} */
  const from = (terms ?? [])
    .filter((t) => t.coef !== 0)
    .flatMap((t) => t.factors.map(([k, q]) => /** @type {[string, number]} */ ([k, q])));
  if (spoken) {
    const more = spoken({ arrays, cell, terms, value: data[cell] });
    return { nodes: [...head, ...more.nodes], from: more.from ?? from };
  }
  if (!terms) return { nodes: [...head, text(data[cell]), `: ${given(name)}`], from };
  return { nodes: [...head, ...sumNodes(terms), " = ", piece(name, text(data[cell]))], from };
}

const given = (name) =>
  GIVEN[name] ?? (name.startsWith("w") ? "a weight; it is learnt" : "a bias; it is learnt");

/** Products that are 0 are counted where there are many. */
function sumNodes(terms) {
  const live = terms.length > 5 ? terms.filter((t) => t.value !== 0) : terms;
  const shown = live.slice(0, TERMS_SPELT);
  const nodes = shown.flatMap((t, k) => [k ? " + " : "", ...productNodes(t)]);
  if (!nodes.length) nodes.push("0");
  if (live.length > TERMS_SPELT) nodes.push(` + … (${live.length - TERMS_SPELT} more)`);
  const zeros = terms.length - live.length;
  if (zeros) nodes.push(` + ${zeros} × 0`);
  return nodes;
}

const productNodes = ({ factors }) =>
  factors.flatMap(([name, , v], k) => [k ? "·" : "", piece(name, factor(v))]);

/** Where no sum of products is the best answer. */
const OTHERWISE = {
  a1({ arrays, cell, value }) {
    return {
      nodes: ["max(", piece("z1", text(arrays.z1.data[cell])), ", 0) = ", piece("a1", text(value))],
      from: [["z1", cell]],
    };
  },
  pool({ arrays, terms, value }) {
    const seen = terms.map((t) => t.factors[0][1]);
    return {
      nodes: [
        "the largest of ",
        ...seen.flatMap((q, k) => [k ? ", " : "", piece("a1", text(arrays.a1.data[q]))]),
        " = ",
        piece("pool", text(value)),
      ],
      from: seen.map((q) => ["a1", q]),
    };
  },
  p({ arrays, cell, value }) {
    const z = Array.from(arrays.z2.data);
    return {
      nodes: [
        piece("z2", `e^${factor(z[cell])}`),
        " / (",
        ...z.flatMap((v, k) => [k ? " + " : "", piece("z2", `e^${factor(v)}`)]),
        ") = ",
        piece("p", text(value)),
      ],
      from: z.map((_, k) => ["z2", k]),
    };
  },
  loss({ arrays, value }) {
    const k = arrays.y.data.indexOf(1);
    return {
      nodes: ["−log ", piece("p", text(arrays.p.data[k])), ` = ${text(value)}`],
      from: [
        ["p", k],
        ["y", k],
      ],
    };
  },
  delta2({ arrays, cell, value }) {
    return {
      nodes: [
        piece("p", text(arrays.p.data[cell])),
        " − ",
        piece("y", text(arrays.y.data[cell])),
        " = ",
        piece("delta2", text(value)),
      ],
      from: [
        ["p", cell],
        ["y", cell],
      ],
    };
  },
  da1({ terms, value }) {
    const won = terms.filter((t) => t.coef !== 0);
    const words = won.length
      ? ["what its window receives: it won there"]
      : ["0: it is not the largest of its window"];
    return { nodes: won.length ? [piece("da1", text(value)), `, ${words}`] : words };
  },
  delta1({ arrays, cell, value }) {
    const z = arrays.z1.data[cell],
      slope = z > 0 ? 1 : 0;
    return {
      nodes: [
        piece("da1", factor(arrays.da1.data[cell])),
        ` · ${slope}, since z1 is `,
        piece("z1", text(z)),
        " = ",
        piece("delta1", text(value)),
      ],
      from: [
        ["da1", cell],
        ["z1", cell],
      ],
    };
  },
};
