// The window face: every array as grids of cells, always at the same places, and the plate that slides over one of them.
import { fill, mark } from "./cells.js";
import { el, role } from "./dom.js";
import { arrange, nameAt, roomAt, sheets, slotsOf } from "./layout.js";
import { layPlate } from "./plate.js";
import { tapColour } from "./taps.js";

const CROWDED = 360; // more cells than this and only the sheets at work are drawn
const BLOCK = 60; // a block of more cells than this is lit by one box: hundreds of cells do not change in one frame
const WIDE = 990; // the two widths for which sheets are arranged
const NARROW = 345;

/** @typedef {{ slot: string, name: string, shape: number[], room: ReturnType<typeof roomAt>, sign: HTMLElement | null }} Place */

/**
 * @param {View} view
 * @param {Pass} pass
 * @param {Cells} cells
 * @returns {Face}
 */
export function windowFace(view, pass, cells) {
  const places = placesFor(view, pass);
  const boards = places.map((place) => board(view, pass, cells, place));
  const [wide, narrow] = [WIDE, NARROW].map((width) =>
    arrange(
      places.map((one) => one.room),
      width,
    ),
  );
  boards.forEach(({ node }, k) => {
    node.style.setProperty("--aw", String(wide.across[k]));
    node.style.setProperty("--an", String(narrow.across[k]));
    const { sheets: n } = places[k].room;
    node.style.setProperty("--rw", String(Math.ceil(n / wide.across[k])));
    node.style.setProperty("--rn", String(Math.ceil(n / narrow.across[k])));
  });
  const signs = places.length - 1;
  const style = `--nw:${wide.columns};--nn:${narrow.columns};--signs:${signs};--gw:${wide.gaps};--gn:${narrow.gaps}`;
  const node = el(
    "div",
    { class: "cnn-face cnn-window", style },
    boards.map((b) => b.node),
  );
  return {
    node,
    refresh() {
      for (const one of boards) one.refresh();
      return true;
    },
    update(step, values, lit) {
      for (const one of boards) one.update(step, values, lit);
    },
    between(from, to, part) {
      for (const one of boards) one.between(from, to, part);
    },
  };
}

/**
 * What stands where: operands, what decides whether delta passes (`gate`), result.
 * @param {View} view
 * @param {Pass} pass
 * @returns {Place[]}
 */
function placesFor({ scene, directions }, pass) {
  const slots = slotsOf(scene);
  const places = slots.map((slot, k) => {
    const name = nameAt(scene, slot, pass.direction);
    const shape = name === pass.out ? pass.shape : pass.arrays[name].shape;
    const room = roomAt(scene, slot, directions);
    return { slot, name, shape, room, sign: signBefore(scene, pass, slots, k) };
  });
  if (pass.gate) {
    const at = slots.indexOf(pass.gate);
    const gate = { ...places[at], slot: `gate ${pass.gate}`, name: pass.gate, sign: arrow(true) };
    places.splice(at + 1, 0, gate);
    places[at + 2].sign = symbol("·");
  }
  return places;
}

/**
 * @param {Scene} scene
 * @param {Pass} pass
 * @param {string[]} slots
 * @param {number} k
 */
function signBefore(scene, pass, slots, k) {
  if (!k) return null;
  const { wrt } = pass.direction;
  const to = wrt ? slots.indexOf(wrt) : slots.length - 1; // where the result stands
  if (k === to) return arrow(false);
  if (k === to + 1) return arrow(true);
  const used = (/** @type {string} */ slot) =>
    pass.names.includes(nameAt(scene, slot, pass.direction));
  if (!used(slots[k]) || !slots.slice(0, k).some(used)) return symbol("");
  // A kernel lies on the other array turned where need be: what is drawn always correlates.
  const first = slots.slice(0, k).filter(used).length === 1;
  return symbol(first ? (scene.symbol === "∗" ? "⋆" : (scene.symbol ?? "·")) : "+");
}

/** @type {(s: string) => HTMLElement} */
const symbol = (s) => el("span", { class: "cnn-symbol", "aria-hidden": "true" }, s);
/** @type {(back: boolean) => HTMLElement} */
const arrow = (back) =>
  el(
    "span",
    {
      class: back ? "cnn-symbol cnn-arrow cnn-back" : "cnn-symbol cnn-arrow",
      "aria-hidden": "true",
    },
    "→",
  );

/**
 * @param {View} view
 * @param {Pass} pass
 * @param {Cells} cells
 * @param {Place} place
 */
function board(view, pass, cells, { slot, name, shape, room, sign }) {
  const made = sheets(view.scene, pass, name, shape);
  const gate = slot.startsWith("gate ");
  const idle = name !== pass.out && !pass.names.includes(name) && !gate;
  const under = pass.direction.scatter ? pass.out : pass.names[0]; // what the plate lies on
  const holders = made.sheets.map((sheet, k) =>
    sheetNode(view, pass, cells, { slot, name, made, sheet, k, under: name === under }),
  );
  const more = el("div", { class: "cnn-more" });
  const turned = holders[0]?.laid?.turned;
  const head = el("div", { class: "cnn-title" }, gate ? `[${name} > 0]` : name);
  const style = `--c:${role(name)};--high:${room.high};--wide:${room.wide}`;
  const stack = el(
    "div",
    { class: holders.length > 1 ? "cnn-stack cnn-many" : "cnn-stack" },
    holders.map((h) => h.node),
  );
  const single = holders.length === 1; // its title stays with it
  const node = el(
    "div",
    { class: `cnn-board${idle ? " cnn-idle" : ""}`, style },
    sign,
    single ? null : head,
    stack,
    more,
  );
  if (single) holders[0].node.prepend(head);
  const many = made.sheets.reduce((n, sheet) => n + sheet.spots.length, 0) > CROWDED;
  const crowded = (holders.length > 1 && many) || holders.length > 8;
  if (turned) node.dataset.turned = "180";
  return { node, update, refresh, between };

  function refresh() {
    for (const h of holders) h.refresh();
  }
  /** @type {NonNullable<Face["between"]>} */
  function between(from, to, part) {
    for (const h of holders) h.laid?.between(from, to, part);
  }
  /** @type {Face["update"]} */
  function update(step, values, lit) {
    const lights = lit[name] ?? new Map();
    let hidden = 0;
    for (const h of holders) {
      const away = crowded && !h.touched(lights);
      if (h.node.hidden !== away) h.node.hidden = away;
      hidden += Number(away);
      if (!away) h.update(lights, step, values);
    }
    const words = hidden ? `${hidden} more sheets not at work` : "";
    if (more.textContent !== words) more.textContent = words;
  }
}

/**
 * @param {View} view
 * @param {Pass} pass
 * @param {Cells} cells
 * @param {{ slot: string, name: string, made: Layout, sheet: Sheet, k: number, under: boolean }} what
 */
function sheetNode(view, pass, cells, { slot, name, made, sheet, k, under }) {
  const result = name === pass.out;
  const gate = slot.startsWith("gate ");
  const all = sheet.spots.map((spot) => ({ ...spot, cell: cells.get(slot, name, spot) }));
  const byFlat = new Map(all.map((one) => [one.flat, one]));
  for (const { cell, flat } of all)
    cell.node.style.setProperty("--tap", tapColour(view.scene, name, flat));
  const plate = under && cells.plate(k);
  const laid =
    plate &&
    layPlate(view, pass, plate, sheet, { grid: made.grid, alone: made.sheets.length === 1 });
  const box = el("div", { class: "cnn-box", role: "presentation", hidden: true });
  const label = made.sheets.length > 1 ? sheetLabel(view, pass, name, sheet) : "";
  const numbered = laid && pass.names.length > 1 ? " cnn-plated" : "";
  const attributes = {
    role: "grid",
    "aria-label": label ? `${name}, ${label}` : name,
    class: `cnn-grid${numbered}`,
  };
  const grid = el("div", attributes, gridRows(made, all), box, plate ? plate.node : "");
  const node = el(
    "div",
    { class: "cnn-sheet" },
    label && el("div", { class: "cnn-sheet-label" }, label),
    grid,
  );
  /** @type {Map<number, string>} */
  let before = new Map();
  refresh();
  return { node, update, refresh, touched, laid: laid || null };

  function refresh() {
    if (result) return;
    for (const { cell, flat } of all) fill(cell, pass.arrays[name].data[flat]);
    if (gate) for (const { cell, flat } of all) if (!cell.on) mark(cell, false, gateOf(flat));
  }
  /** @param {number} flat */
  function gateOf(flat) {
    return gate ? `×${Number(pass.arrays[name].data[flat] > 0)}` : "";
  }
  /** @param {Map<number, string>} lit */
  function touched(lit) {
    for (const flat of lit.keys()) if (byFlat.has(flat)) return true;
    return false;
  }
  /**
   * @param {Map<number, string>} lit
   * @param {number} step
   * @param {Float64Array} values
   */
  function update(lit, step, values) {
    const block = lit.size > BLOCK ? blockOf(all.filter((one) => lit.has(one.flat))) : "";
    if (box.style.cssText !== block) box.style.cssText = block;
    if (box.hidden !== !block) box.hidden = !block;
    if (result) for (const { cell, flat } of all) fill(cell, values[flat]);
    const now = block ? new Map() : lit;
    for (const flat of before.keys()) if (!now.has(flat)) off(flat);
    for (const [flat, partner] of now) {
      const one = byFlat.get(flat);
      if (one) mark(one.cell, true, partner || gateOf(flat));
    }
    before = now;
    if (laid) laid.update(step, lit);
  }
  /** @param {number} flat */
  function off(flat) {
    const one = byFlat.get(flat);
    if (one) mark(one.cell, false, gateOf(flat));
  }
}

/**
 * Rows of cells, and of zeros where nothing stands.
 * @param {Layout} made
 * @param {(Spot & { cell: Cell })[]} all
 */
function gridRows({ high, wide }, all) {
  const at = new Map(all.map((one) => [one.row * wide + one.col, one.cell.node]));
  return Array.from({ length: high }, (_, row) => {
    let real = false;
    const line = Array.from({ length: wide }, (__, col) => {
      const node = at.get(row * wide + col);
      real ||= Boolean(node);
      return node ?? el("div", { class: "cnn-cell cnn-ghost", "aria-hidden": "true" }, "0");
    });
    return el("div", { role: real ? "row" : "presentation", class: "cnn-row" }, line);
  });
}

/**
 * The place of the box around lit cells, where they are all the cells of a block.
 * @param {Spot[]} lit
 */
function blockOf(lit) {
  const [rows, cols] = [lit.map((c) => c.row), lit.map((c) => c.col)];
  const [row, col] = [Math.min(...rows), Math.min(...cols)];
  const high = Math.max(...rows) - row + 1;
  const wide = Math.max(...cols) - col + 1;
  const whole = lit.length === high * wide;
  return whole ? `--row: ${row}; --col: ${col}; --high: ${high}; --wide: ${wide};` : "";
}

/** @type {Record<string, string>} */
const AXIS = { n: "image", c: "channel", k: "filter", o: "filter" };

/**
 * @param {View} view
 * @param {Pass} pass
 * @param {string} name
 * @param {Sheet} sheet
 */
function sheetLabel(view, pass, name, sheet) {
  const names = view.axisNames(pass, name);
  const long = sheet.axes.filter((d) => view.shapeOf(name)[d] > 1);
  return long.map((d) => `${AXIS[names?.[d] ?? ""] ?? "sheet"} ${sheet.index[d]}`).join(", ");
}
