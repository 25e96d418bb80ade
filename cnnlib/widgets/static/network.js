// The network face: one circle a cell, one wire a term; wires that share a weight share colour, dash and number.
// The wires are those of the forward pass in every pass: the way back runs along them from right to left.
import { fill, mark } from "./cells.js";
import { el, role } from "./dom.js";
import { cellName } from "./equation.js";
import { nameAt, slotsOf } from "./layout.js";
import { text } from "./numbers.js";
import { unflatten } from "./rule.js";
import { sharedTaps, sourceOf, weightOf } from "./taps.js";

const MANY_WIRES = 700; // more wires than this and only those at work are drawn
const DASH = ["none", "8 4", "2 4", "10 3 2 3", "5 2", "1 3", "12 4", "6 2 1 2", "3 6"];
const LEFT = 12; // per cent of the width
const RIGHT = 88;
const TOP = 26;

/** @typedef {{ slot: string, name: string, flat: number, cell: Cell, x: number, y: number }} Stop */

/**
 * @param {View} view
 * @param {Pass} pass
 * @param {Cells} cells
 * @returns {Face}
 */
export function networkFace(view, pass, cells) {
  const { scene } = view;
  const slots = slotsOf(scene);
  const out = slots[slots.length - 1];
  const sources = [...new Set([slots[0], ...scene.groups.map((g) => sourceOf(scene, g))])];
  const legend = slots.filter((slot) => slot !== out && !sources.includes(slot));
  const [lefts, rights] = [sources.flatMap(stops), stops(out)];
  const longest = Math.max(lefts.length, rights.length);
  const gap = Math.min(34, Math.max(20, 560 / longest));
  const high = longest * gap + TOP + 10;
  const shared = [...sharedTaps(scene).keys()];
  for (const [side, x] of /** @type {[Stop[], number][]} */ ([
    [lefts, LEFT],
    [rights, RIGHT],
  ]))
    side.forEach((stop, k) => {
      stop.x = x;
      stop.y = TOP + (k + 0.5) * ((high - TOP) / side.length);
    });
  const place = new Map([...lefts, ...rights].map((stop) => [`${stop.slot}:${stop.flat}`, stop]));
  const rows = scene.groups.flatMap((g) => g.out.map((_, t) => /** @type {RowRef} */ ([g, t])));
  const quiet = el(
    "g",
    {},
    rows.length > MANY_WIRES ? [] : rows.map((row) => wire(row, "cnn-wire")),
  );
  const live = el("g", {});
  const svg = el(
    "svg",
    { role: "group", "aria-label": "network of wires", height: high },
    quiet,
    live,
  );
  const keys = legend.map((slot) => ({ slot, all: stops(slot) }));
  const node = el(
    "div",
    { class: "cnn-face cnn-network", style: `--gap:${gap}px` },
    el("div", { class: "cnn-legend" }, keys.map(key)),
    el(
      "div",
      { class: "cnn-wires", style: `height:${high}px` },
      svg,
      head(sources[0], LEFT),
      head(out, RIGHT),
      column(lefts),
      column(rights),
    ),
  );
  const written = [...lefts, ...rights, ...keys.flatMap((one) => one.all)];
  const source = pass.source;
  refresh();
  return { node, update, refresh };

  /**
   * @param {string} slot
   * @returns {Stop[]}
   */
  function stops(slot) {
    const name = nameAt(scene, slot, pass.direction);
    const { shape, size } = sized(name);
    return Array.from({ length: size }, (_, flat) => {
      const cell = cells.get(slot, name, { flat, index: unflatten(flat, shape) });
      cell.node.classList.add("cnn-node");
      return { slot, name, flat, cell, x: 0, y: 0 };
    });
  }
  /** @param {string} name */
  function sized(name) {
    const shape = name === pass.out ? pass.shape : pass.arrays[name].shape;
    return { shape, size: shape.reduce((n, m) => n * m, 1) };
  }
  /**
   * @param {string} slot
   * @param {number} x
   */
  function head(slot, x) {
    const name = nameAt(scene, slot, pass.direction);
    return el("div", { class: "cnn-head", style: `left:${x}%;color:${role(name)}` }, name);
  }
  /** @param {Stop[]} side */
  function column(side) {
    const rows = side.map(({ cell, x, y, name }) => {
      cell.node.style.cssText = `left:${x}%;top:${y}px;--c:${role(name)}`;
      return el("div", { role: "row" }, cell.node);
    });
    return el("div", { role: "grid", "aria-label": side[0]?.name }, rows);
  }
  /** @param {{ slot: string, all: Stop[] }} one */
  function key({ all }) {
    const [{ name }] = all;
    for (const { cell, flat, slot } of all) {
      const k = shared.indexOf(`${slot}:${flat}`);
      cell.node.style.cssText = `--c:${role(name)};--tap:${k < 0 ? "" : colour(k)}`;
    }
    const title = el("span", { class: "cnn-title", style: `--c:${role(name)}` }, name);
    const cellsOf = el(
      "div",
      { role: "row" },
      all.map((one) => one.cell.node),
    );
    return el("div", { role: "grid", "aria-label": name, class: "cnn-key" }, title, cellsOf);
  }
  /** @param {number} k */
  function colour(k) {
    return k < DASH.length ? `var(--cnn-tap-${k})` : "";
  }

  /** @param {RowRef} row */
  function ends([group, t]) {
    const from = sourceOf(scene, group);
    return [place.get(`${from}:${group.cells[from][t]}`), place.get(`${out}:${group.out[t]}`)].map(
      (stop) => /** @type {Stop} */ (stop),
    );
  }
  /**
   * @param {RowRef} row
   * @param {string} look
   */
  function wire([group, t], look) {
    const slot = weightOf(scene, group);
    const k = slot ? shared.indexOf(`${slot}:${group.cells[slot][t]}`) : -1;
    const [a, b] = ends([group, t]);
    const cut = group.coef[t] === 0 ? " cnn-cut" : "";
    const index = slot && unflatten(group.cells[slot][t], scene.operands[slot].shape).join(",");
    const operand = slot && nameAt(scene, slot, pass.direction);
    return el("line", {
      class: look + cut,
      x1: `${LEFT}%`,
      y1: a.y,
      x2: `${RIGHT}%`,
      y2: b.y,
      "stroke-dasharray": DASH[k],
      style: `stroke:${(k >= 0 && colour(k)) || "var(--cnn-soft)"}`,
      ...(slot && { "data-operand": operand, "data-index": index }),
    });
  }

  /** @type {Face["update"]} */
  function update(step, values, lit) {
    const rows = pass.steps[step].map(
      ([group, t]) => /** @type {RowRef} */ ([group.source ?? group, t]),
    );
    live.replaceChildren(
      ...rows.flatMap((row, k) =>
        [wire(row, "cnn-wire cnn-on"), tag(row, k, rows.length)].filter(Boolean),
      ),
    );
    for (const { cell, name, flat } of written) {
      if (name === pass.out) fill(cell, values[flat]);
      mark(cell, lit[name]?.has(flat) ?? false, "");
    }
  }
  function refresh() {
    if (pass.source !== source) return false; // other wires are cut now
    for (const { cell, name, flat } of written)
      if (name !== pass.out) fill(cell, pass.arrays[name].data[flat]);
    return true;
  }

  /**
   * The number on a wire at work. A weight that shares its wires' plain style with others is named, too.
   * @param {RowRef} row
   * @param {number} k
   * @param {number} n
   */
  function tag([group, t], k, n) {
    const slot = weightOf(scene, group);
    if (n > 40 || (slot && slot === pass.direction.wrt)) return null;
    const flat = slot ? group.cells[slot][t] : -1;
    const value = slot
      ? text(scene.operands[slot].data[flat])
      : group.coef[t] === 1
        ? ""
        : text(group.coef[t]);
    if (!value) return null;
    const [a, b] = ends([group, t]);
    const f = 0.2 + 0.08 * (k % 2);
    const plain = slot && shared.indexOf(`${slot}:${flat}`) >= DASH.length;
    const more = plain ? ` ${cellName(slot, flat, scene.operands[slot].shape)}` : "";
    const style = `fill:${slot ? role(slot) : "currentColor"}`;
    const at = { x: `${LEFT + (RIGHT - LEFT) * f}%`, y: a.y + (b.y - a.y) * f - 4 };
    return el("text", { class: "cnn-tag", ...at, "text-anchor": "middle", style }, value + more);
  }
}
