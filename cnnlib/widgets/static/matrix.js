// The matrix face: row o, column i holds the weight on the wire from i to o; equal weights repeat along the bands.
import { fill } from "./cells.js";
import { el, role } from "./dom.js";
import { nameAt, slotsOf } from "./layout.js";
import { brief } from "./numbers.js";
import { unflatten } from "./rule.js";
import { tapColour } from "./taps.js";

const LARGE = 2600; // more places than this and only the rows at work are drawn

/** @typedef {{ row: HTMLElement, head: Cell, entries: HTMLElement[] }} Line */

/**
 * @param {View} view
 * @param {Pass} pass
 * @param {Cells} cells
 * @returns {Face}
 */
export function matrixFace(view, pass, cells) {
  const { scene } = view;
  const [main, shared] = pass.names;
  const array = pass.arrays[main];
  const wide = array.data.length;
  const high = pass.values.length;
  const small = wide * high <= LARGE;
  const slots = new Map(slotsOf(scene).map((slot) => [nameAt(scene, slot, pass.direction), slot]));
  const places = entriesOf(pass, main, wide);
  const heads =
    wide > 120 ? [] : Array.from(array.data, (_, flat) => headCell(main, flat, array.shape));
  /** @type {Map<number, Line>} */
  const lines = new Map();
  const body = el("tbody", {});
  const style = `--c:${role(shared ?? main)}`;
  const columns = heads.map((cell) =>
    el("td", { role: "presentation", style: `--c:${role(main)}` }, cell.node),
  );
  const top = el("thead", {}, el("tr", {}, el("td", {}), columns));
  const table = el("table", { role: "grid", style }, el("caption", {}, caption()), top, body);
  const note = el("p", { class: "cnn-more" }, count());
  const node = el("div", { class: "cnn-face cnn-matrix" }, table, note);
  heads.forEach((cell, flat) => fill(cell, array.data[flat]));
  if (small) body.append(...Array.from({ length: high }, (_, o) => line(o)));
  return { node, update, refresh: () => false };

  /**
   * @param {string} name
   * @param {number} flat
   * @param {number[]} shape
   */
  function headCell(name, flat, shape) {
    return cells.get(slots.get(name) ?? name, name, { flat, index: unflatten(flat, shape) });
  }
  function caption() {
    const post = pass.forward && pass.post !== "identity";
    const added = pass.groups.filter((g) => !(main in g.cells)).map((g) => Object.keys(g.cells)[0]);
    const words = post ? ` = ${pass.post} of matrix · ` : " = matrix · ";
    return [
      symbol(pass.out),
      words,
      symbol(main),
      ...added.flatMap((name) => [" + ", symbol(name)]),
    ];
  }
  function count() {
    const weights = [...places.values()].map((rows) =>
      rows.map(([g, t]) => g.cells[shared]?.[t]).join(),
    );
    const all = `${places.size} of ${wide * high} places`;
    return shared ? `${new Set(weights).size} distinct values in ${all}` : `${all} filled`;
  }
  /** @param {string} name */
  function symbol(name) {
    return el("span", { style: `color:${role(name)}` }, name);
  }

  /** @param {number} o */
  function line(o) {
    const head = headCell(pass.out, o, pass.shape);
    const entries = Array.from({ length: wide }, (_, q) => entry(places.get(o * wide + q)));
    const first = el("td", { role: "presentation", style: `--c:${role(pass.out)}` }, head.node);
    const row = el("tr", {}, first, entries);
    lines.set(o, { row, head, entries });
    return row;
  }
  /** @param {RowRef[] | undefined} found */
  function entry(found) {
    if (!found) return el("td", {}, "·");
    const [group, t] = found[0];
    const flat = found.length === 1 ? group.cells[shared]?.[t] : undefined;
    const value = brief(found.reduce((total, [g, k]) => total + others(g, k), 0));
    if (flat === undefined) return el("td", { class: "cnn-entry" }, value);
    const index = unflatten(flat, pass.arrays[shared].shape).join(",");
    const more = {
      "data-operand": shared,
      "data-index": index,
      "data-key": `${slots.get(shared)}|${index}`,
    };
    const look = `--tap:${tapColour(scene, shared, flat)}`;
    return el(
      "td",
      { role: "gridcell", tabindex: "-1", class: "cnn-entry", style: look, ...more },
      value,
    );
  }
  /**
   * All that the main array is multiplied by in one row.
   * @param {Rows} group
   * @param {number} t
   */
  function others(group, t) {
    const names = pass.names.filter((name) => name !== main && name in group.cells);
    return names.reduce(
      (v, name) => v * pass.arrays[name].data[group.cells[name][t]],
      group.coef[t],
    );
  }

  /** @type {Face["update"]} */
  function update(step, values) {
    const rows = new Set(pass.steps[step].map(([group, t]) => group.out[t]));
    if (!small) {
      lines.clear();
      body.replaceChildren(...[...rows].slice(0, 12).map(line));
    }
    const column = pass.direction.scatter ? step : -1;
    for (const [o, { row, head, entries }] of lines) {
      row.classList.toggle("cnn-on", column < 0 && rows.has(o));
      fill(head, values[o]);
      entries.forEach((td, q) => td.classList.toggle("cnn-on", q === column));
    }
  }
}

/**
 * The rows of a pass by their place in the matrix.
 * @param {Pass} pass
 * @param {string} main
 * @param {number} wide
 */
function entriesOf(pass, main, wide) {
  /** @type {Map<number, RowRef[]>} */
  const places = new Map();
  for (const group of pass.groups)
    if (main in group.cells)
      group.out.forEach((o, t) => {
        const at = o * wide + group.cells[main][t];
        const rows = places.get(at);
        if (rows) rows.push([group, t]);
        else places.set(at, [[group, t]]);
      });
  return places;
}
