// All columns of the explorer in one strip, the wires between them, and the wave that runs back.
import { columnsOf, inks, makeColumn } from "./digit_maps.js";
import { el } from "./dom.js";
import { termsOf } from "./net.js";

const WIRES = 9; // as many are drawn

/**
 * @param {string[]} names
 * @param {number[][]} shapes
 * @param {any} paper
 * @param {{ pick: (l: number, cell: number) => void, hover: () => void }} told
 */
export function makeStrip(names, shapes, paper, { pick, hover }) {
  const owner = columnsOf(names, shapes);
  const shownAs = owner.map((l) => l); // what each column shows now: one of the layers that share it
  const columns = new Map();
  let pointed = null; // what the pointer is on
  for (const l of new Set(owner)) {
    if (l < 1) continue;
    const tell = { pick: (cell) => pick(shownAs[l], cell), hover: (cell) => point(l, cell) };
    columns.set(l, makeColumn(names[l], shapes[l], tell));
  }
  const wires = el("svg", { class: "cnn-strip-wires", "aria-hidden": "true" });
  const head = el("div", { class: "cnn-sheet-label" }, "x, the image: draw here");
  const first = el("div", { class: "cnn-column cnn-column-paper" }, head, paper.node);
  const all = [...columns.values()].map((c) => c.node);
  const node = el(
    "div",
    { class: "cnn-strip", tabindex: "0", role: "group", "aria-label": "maps from left to right" },
    first,
    all,
    wires,
  );
  const order = [0, ...columns.keys()];
  let ink = null;
  let stale = true;
  return { node, fill, show, theme, follow, point };

  function theme() {
    ink = inks(node);
  }
  function point(l, cell) {
    const next = cell < 0 ? null : [l < 1 ? 0 : shownAs[l], cell];
    if (String(next) === String(pointed)) return;
    pointed = next;
    hover();
  }

  /** Write new numbers into the columns; the chosen layer shows instead of its neighbour. */
  function fill({ layers }, chosen) {
    if (!ink) theme();
    for (const l of columns.keys()) {
      shownAs[l] = owner[chosen] === l ? chosen : l;
      columns.get(l).fill(0, layers[shownAs[l]].data, ink);
      columns.get(l).name(names[shownAs[l]]);
    }
    stale = true;
  }
  /** The deltas are written when the wave first needs them: a stroke of the pen does not. */
  function fillBack({ deltas }) {
    for (const l of columns.keys()) columns.get(l).fill(1, deltas[shownAs[l]].data, ink);
    stale = false;
  }

  /** @param {number} wave 0 there, 1 all the way back */
  function show(scene, [layer, cell], wave) {
    const [l, q] = pointed ?? [layer, cell];
    const from = l ? strongest(scene, l, q) : [];
    const n = order.length;
    if (wave > 0 && stale) fillBack(scene);
    order.forEach((column, k) => {
      const share = Math.min(1, Math.max(0, wave * n - (n - 1 - k)));
      if (!column) return paper.veil(share ? scene.deltas[0].data : [], share, ink);
      const window = l && owner[l - 1] === column ? from : [];
      const mark = owner[layer] === column ? cell : -1;
      columns.get(column).show(share, mark, window, ink);
    });
    draw(l, q, from);
  }
  function strongest({ net, layers }, l, q) {
    const step = net[l - 1];
    const terms = termsOf(step, layers[l - 1], layers[l], null, q).filter((t) => t.factors.length);
    const read = terms.filter((t) => t.factors[0][0] === step.reads && t.coef !== 0);
    read.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    const most = owner[l - 1] < 1 ? read.length : 144; // of a window of sixteen maps
    return read.slice(0, most).map((t) => t.factors[0][1]);
  }
  function middle(l, q) {
    const column = columns.get(owner[l]);
    if (l < 1) return paper.middle(q);
    return column ? column.middle(q) : null;
  }
  function draw(l, q, from) {
    const to = middle(l, q);
    if (!to || !l || owner[l - 1] === owner[l]) return wires.replaceChildren();
    const [x2, y2] = to;
    wires.setAttribute("width", String(node.scrollWidth));
    wires.setAttribute("height", String(node.scrollHeight));
    const lines = from.slice(0, WIRES).map((one) => {
      const [x1, y1] = middle(l - 1, one) ?? to;
      return el("line", { x1, y1, x2, y2 });
    });
    wires.replaceChildren(...lines);
  }

  /** Bring the column into sight that the wave has reached. */
  function follow(wave) {
    const k = Math.round((1 - wave) * (order.length - 1));
    const column = k ? columns.get(order[k]).node : first;
    const room = (node.clientWidth - column.offsetWidth) / 2;
    node.scrollLeft = column.offsetLeft - Math.max(0, room);
  }
}
