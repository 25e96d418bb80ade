// Which cells a step is about, and which cells share a wire with a cell.
import { text } from "./numbers.js";
import { unflatten } from "./rule.js";
import { term } from "./scene.js";

const MANY = 100; // more terms than this and nobody could read the factor beside each cell

// For each array: the cells a step reads or writes, with the factor or the amount to write beside them.
/**
 * @param {Pass} p
 * @param {number} step
 * @param {boolean} fast
 * @returns {LitCells}
 */
export function litCells(p, step, fast) {
  /** @type {LitCells} */
  const maps = Object.fromEntries(
    [...p.names, p.out, p.gate ?? p.out].map((name) => [name, new Map()]),
  );
  const rows = p.steps[step],
    [first] = p.names,
    out = maps[p.out];
  /** @type {Map<number, number>} */
  const added = new Map();
  const labelled = p.by === "out" && !fast && rows.length <= MANY;
  for (const [g, t] of rows) {
    const { coef, factors, value } = term(p, g, t);
    for (const [name, cell] of factors) {
      const label =
        labelled && name === first && (factors.length > 1 || coef !== 1 || p.gate)
          ? `×${text(factors.reduce((v, [other, , x]) => (other === name ? v : v * x), coef))}`
          : "";
      maps[name].set(cell, label);
    }
    if (p.gate) maps[p.gate].set(g.out[t], `×${coef}`);
    if (p.by !== "out") added.set(g.out[t], value + (added.get(g.out[t]) ?? 0));
  }
  if (p.by === "out") out.set(step, "");
  else {
    maps[p.up].set(step, "");
    for (const [cell, v] of added) out.set(cell, fast ? "" : v < 0 ? text(v) : `+${text(v)}`);
  }
  return maps;
}

// Every cell that shares a wire with one cell, as "array:index".
/**
 * @param {Pass} p
 * @param {string} name
 * @param {number} flat
 * @returns {Set<string>}
 */
export function relatives(p, name, flat) {
  /** @type {Set<string>} */
  const found = new Set();
  /** @type {(array: string, cell: number, shape: number[]) => void} */
  const add = (array, cell, shape) => found.add(`${array}:${unflatten(cell, shape)}`);
  for (const g of p.groups)
    (name === p.out ? g.out : g.cells[name])?.forEach((cell, t) => {
      if (cell !== flat || g.coef[t] === 0) return;
      add(p.out, g.out[t], p.shape);
      for (const other in g.cells) add(other, g.cells[other][t], p.arrays[other].shape);
    });
  return found;
}
