// The window face: every array as grids of cells, the window moving over them, the partner's value in each cell.
import { el, role } from "./dom.js";
import { ghostPartner, windowAt } from "./alignment.js";
import { brief, text } from "./numbers.js";
import { sheets } from "./layout.js";

const CROWDED = 360; // more cells than this and only the sheets at work are drawn
const BLOCK = 60; // a block of more cells than this is lit by one box: hundreds of cells do not change in one frame

export function windowFace(view, p) {
  const { scatter } = p.direction;
  const boards = p.names.map((name) => board(view, p, name));
  const gate = p.gate && board(view, p, p.gate);
  const result = board(view, p, p.out, p.shape);
  const parts = boards.flatMap((b, k) =>
    k ? [sign(k > 1 ? "+" : scatter ? "stamps" : laid(view.scene.symbol)), b.node] : [b.node],
  );
  if (gate) parts.push(sign("·"), gate.node);
  const node = el(
    "div",
    { class: "cnn-face cnn-window" },
    parts,
    sign(scatter ? "onto" : "="),
    result.node,
  );
  const read = gate ? [...boards, gate] : boards;
  return {
    node,
    refresh: () => read.forEach((b) => b.refresh()),
    update: (step, values, lit) => [...read, result].forEach((b) => b.update(step, values, lit)),
  };
}

// A kernel is drawn the way it is laid on the other array, turned where need be: what is drawn always correlates.
const laid = (symbol) => (symbol === "∗" ? "⋆" : (symbol ?? "·"));

const sign = (s) =>
  el("span", { class: s.length > 1 ? "cnn-sign" : "cnn-symbol", "aria-hidden": "true" }, s);

function board(view, p, name, result) {
  const shape = result ?? p.arrays[name].shape;
  const made = sheets(view.scene, p, name, shape);
  const holders = made.sheets.map((s) => sheetNode(view, p, name, made, s, result));
  const more = el("div", { class: "cnn-more" });
  const node = el(
    "div",
    { class: "cnn-board", style: `--c:${role(name)};--n:${made.wide}` },
    el(
      "div",
      { class: "cnn-title" },
      made.turned && el("span", { class: "cnn-turned" }, "ROT180 "),
      name === p.gate ? `[${name} > 0]` : name,
    ),
    el(
      "div",
      { class: "cnn-stack" },
      holders.map((h) => h.node),
    ),
    more,
  );
  const crowded =
    (holders.length > 1 && holders.flatMap((h) => h.cells).length > CROWDED) || holders.length > 8;
  return { node, update, refresh: () => holders.forEach((h) => h.refresh()) };
  function update(step, values, lit) {
    let hidden = 0;
    for (const h of holders) {
      const away = crowded && !h.cells.some((c) => lit[name].has(c.flat));
      if (h.node.hidden !== away) h.node.hidden = away;
      hidden += away;
      if (!away) h.update(lit[name], step, values);
    }
    more.textContent = hidden ? `${hidden} more sheets not at work` : "";
  }
}

function sheetNode(view, p, name, made, sheet, result) {
  const { high, wide } = made,
    places = {},
    ghosts = [],
    rows = [];
  const cells = sheet.cells.map((c) => ({
    ...c,
    on: false,
    node: el("div", {
      role: "gridcell",
      class: "cnn-cell",
      tabindex: "-1",
      "data-operand": name,
      "data-index": c.index.join(","),
      "aria-readonly": view.editable(name) ? null : "true",
    }),
  }));
  for (const c of cells) places[c.row * wide + c.col] = c;
  for (let row = 0; row < high; row++) {
    const line = [];
    for (let col = 0; col < wide; col++) {
      const c = places[row * wide + col] ?? {
        row,
        col,
        on: false,
        node: el("div", { class: "cnn-cell cnn-ghost", "aria-hidden": "true" }, "0"),
      };
      if (!c.index) ghosts.push(c);
      line.push(c);
    }
    rows.push(
      el(
        "div",
        { role: line.some((c) => c.index) ? "row" : "presentation", class: "cnn-row" },
        line.map((c) => c.node),
      ),
    );
  }
  const label = made.sheets.length > 1 ? sheetLabel(view, p, name, sheet) : "";
  const box = el("div", { class: "cnn-box", role: "presentation", hidden: true });
  const grid = el(
    "div",
    { role: "grid", "aria-label": label ? `${name}, ${label}` : name, class: "cnn-grid" },
    rows,
    box,
  );
  const node = el(
    "div",
    { class: "cnn-sheet" },
    label && el("div", { class: "cnn-sheet-label" }, label),
    grid,
  );
  if (!result) refresh();
  return { node, cells, update, refresh };

  function refresh() {
    for (const c of cells) fill(c, p.arrays[name].data[c.flat]);
  }

  function update(lit, step, values) {
    const block = lit.size > BLOCK ? blockOf(cells.filter((c) => lit.has(c.flat))) : "";
    if (box.style.cssText !== block) box.style.cssText = block;
    if (box.hidden !== !block) box.hidden = !block;
    for (const c of cells) {
      if (result) fill(c, values[c.flat]);
      const partner = block ? undefined : lit.get(c.flat);
      mark(
        c,
        partner !== undefined,
        partner ?? (name === p.gate ? `×${Number(p.arrays[name].data[c.flat] > 0)}` : ""),
      );
    }
    if (name === p.names[0] && ghosts.length) updatePadding(step, lit);
  }
  function updatePadding(step, lit) {
    const covered =
      (cells.some((c) => lit.has(c.flat)) || made.sheets.length === 1) &&
      windowAt(view.scene, p, step, made.grid);
    for (const g of ghosts) {
      const [r, c] = covered
        ? [covered[0].find(([row]) => row === g.row), covered[1].find(([col]) => col === g.col)]
        : [];
      const partner =
        r && c && !view.fast
          ? ghostPartner(view.scene, p, step, sheet, made.grid, [r[1], c[1]])
          : -1;
      mark(g, Boolean(r && c), partner < 0 ? "" : `×${text(p.arrays[p.names[1]].data[partner])}`);
    }
  }
}

// The place of the box around lit cells, where they are all the cells of a block.
function blockOf(lit) {
  const [rows, cols] = ["row", "col"].map((key) => lit.map((c) => c[key]));
  const [row, col] = [rows, cols].map((all) => Math.min(...all));
  const high = Math.max(...rows) - row + 1,
    wide = Math.max(...cols) - col + 1;
  return lit.length === high * wide
    ? `--row: ${row}; --col: ${col}; --high: ${high}; --wide: ${wide};`
    : "";
}

const AXIS = { n: "image", c: "channel", k: "filter", o: "filter" };

function sheetLabel(view, p, name, sheet) {
  const names = view.axisNames(p, name);
  return sheet.axes
    .filter((d) => view.shapeOf(name)[d] > 1)
    .map((d) => `${AXIS[names?.[d]] ?? "sheet"} ${sheet.index[d]}`)
    .join(", ");
}

function fill(c, value) {
  const shown = Number.isNaN(value) ? "" : brief(value);
  if (c.shown === shown) return;
  c.node.textContent = c.shown = shown;
  const size = shown.length > 6 ? "s" : shown.length > 4 ? "m" : shown.length > 3 ? "l" : "";
  if (c.size !== size) c.node.dataset.size = c.size = size;
}

function mark(c, on, partner) {
  if (c.on !== on) c.node.classList.toggle("cnn-on", (c.on = on));
  if ((c.partner ?? "") === partner) return;
  c.partner = partner;
  if (partner) c.node.dataset.partner = partner;
  else delete c.node.dataset.partner;
}
