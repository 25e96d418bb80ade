// The window face: every array as grids of cells, the window moving over them, the partner's value in each cell.
import { el, role } from "./dom.js";
import { ghostPartner, sheets, windowAt } from "./frames.js";
import { text } from "./numbers.js";

const CROWDED = 360; // more cells than this and only the sheets at work are drawn

export function windowFace(view) {
  const { scene, pass: p } = view;
  const signs = p.direction.scatter ? ["stamps", "onto"] : [p.names.length > 1 ? laid(scene.symbol) : "", "="];
  const boards = p.names.map((name) => board(view, name, p.arrays[name].shape));
  const result = board(view, p.out, p.shape, true);
  const parts = boards.flatMap((b, k) => (k ? [sign(k === 1 ? signs[0] : p.direction.scatter ? "·" : "+"), b.node] : [b.node]));
  const node = el("div", { class: "cnn-face cnn-window" }, parts, sign(signs[1]), result.node);
  return { node, refresh: () => boards.forEach((b) => b.refresh()), update: (step, values) => { boards.forEach((b) => b.update(step)); result.update(step, values); } };
}

// A kernel is drawn the way it is laid on the other array, turned where need be: what is drawn always correlates.
const laid = (symbol) => (symbol === "∗" ? "⋆" : symbol ?? "·");

const sign = (s) => s && el("span", { class: "cnn-sign", "aria-hidden": "true" }, s);

function board(view, name, shape, isOut = false) {
  const made = sheets(view.scene, view.pass, name, shape);
  const holders = made.sheets.map((s) => sheetNode(view, name, made, s, isOut));
  const stack = el("div", { class: "cnn-stack" }, holders.map((h) => h.node));
  const title = el("div", { class: "cnn-title" }, made.turned ? el("span", { class: "cnn-turned" }, "ROT180 ") : null, name);
  const more = el("div", { class: "cnn-more" });
  const node = el("div", { class: "cnn-board", style: `--c:${role(name)};--n:${made.cols.hi - made.cols.lo + 1}` }, title, stack, more);
  const crowded = shape.reduce((a, b) => a * b, 1) > CROWDED && holders.length > 1 || holders.length > 8;
  return { node, update, refresh: () => holders.forEach((h) => h.refresh()) };
  function update(step, values) {
    const lit = view.lit(name, isOut);
    let hidden = 0;
    for (const h of holders) {
      const away = crowded && !h.cells.some((c) => lit.has(c.flat));
      if (h.node.hidden !== away) h.node.hidden = away;
      hidden += away;
      if (!away) h.update(lit, step, values);
    }
    more.textContent = hidden ? `${hidden} more sheets not at work` : "";
  }
}

function sheetNode(view, name, made, sheet, isOut) {
  const height = made.rows.hi - made.rows.lo + 1, width = made.cols.hi - made.cols.lo + 1;
  const places = new Map(), ghosts = [], rows = [];
  const cells = sheet.cells.map((c) => ({ ...c, node: cellNode(view, name, c) }));
  cells.forEach((c) => places.set(c.row * width + c.col, c.node));
  for (let r = 0; r < height; r++) {
    const line = [];
    for (let c = 0; c < width; c++) {
      let node = places.get(r * width + c);
      if (!node) ghosts.push({ row: r, col: c, node: (node = el("div", { class: "cnn-cell cnn-ghost", "aria-hidden": "true" }, "0")) });
      line.push(node);
    }
    const real = line.some((node) => node.dataset.index);
    rows.push(el("div", { role: real ? "row" : "presentation", class: "cnn-row" }, line));
  }
  const label = sheet.axes.length && made.sheets.length > 1 ? sheetLabel(view, name, sheet) : "";
  const grid = el("div", { role: "grid", "aria-label": label ? `${name}, ${label}` : name, class: "cnn-grid" }, rows);
  const node = el("div", { class: "cnn-sheet" }, label && el("div", { class: "cnn-sheet-label" }, label), grid);
  const isFirst = !isOut && name === view.pass.names[0];
  return { node, cells, update, refresh };

  function refresh() {
    const array = view.pass.arrays[name];
    for (const c of cells) {
      const value = text(array.data[c.flat]);
      if (c.node.textContent !== value) c.node.textContent = value;
    }
  }

  function update(lit, step, values) {
    for (const c of cells) paint(c, lit.get(c.flat), isOut ? values[c.flat] : NaN, isOut);
    if (isFirst && ghosts.length) haunt(step, lit);
  }
  function haunt(step, lit) {
    const covered = windowAt(view.scene, view.pass, step);
    const here = cells.some((c) => lit.has(c.flat)) || made.sheets.length === 1;
    for (const g of ghosts) {
      const r = here && covered?.[0].find(([row]) => row === g.row), c = here && covered?.[1].find(([col]) => col === g.col);
      const partner = r && c ? ghostPartner(view.scene, view.pass, step, sheet, [r[1], c[1]]) : null;
      mark(g.node, Boolean(r && c), view.fast || partner == null || partner < 0 ? "" : `×${text(view.scene.operands[view.pass.names[1]].data[partner])}`);
    }
  }
}

const AXIS = { n: "image", c: "channel", k: "filter", o: "filter" };

function sheetLabel(view, name, sheet) {
  const names = view.axisNames(name);
  return sheet.axes.filter((d) => view.shapeOf(name)[d] > 1).map((d) => `${AXIS[names?.[d]] ?? "sheet"} ${sheet.index[d]}`).join(", ");
}

function cellNode(view, name, c) {
  const known = view.pass.arrays[name];
  return el("div", { role: "gridcell", class: "cnn-cell", tabindex: "-1", "data-operand": name, "data-index": c.index.join(","),
    "aria-readonly": view.editable(name) ? null : "true" }, known ? text(known.data[c.flat]) : "");
}

function paint(c, partner, value, isOut) {
  if (isOut) {
    const shown = Number.isNaN(value) ? "" : text(value);
    if (c.node.textContent !== shown) c.node.textContent = shown;
  }
  const size = sizeOf(c.node.textContent);
  if (c.node.dataset.size !== size) c.node.dataset.size = size;
  mark(c.node, partner !== undefined, partner ?? "");
}

const sizeOf = (shown) => (shown.length > 6 ? "s" : shown.length > 4 ? "m" : shown.length > 3 ? "l" : "");

function mark(node, on, partner) {
  if (node.classList.contains("cnn-on") !== on) node.classList.toggle("cnn-on", on);
  if ((node.dataset.partner ?? "") === partner) return;
  if (partner) node.dataset.partner = partner; else delete node.dataset.partner;
}
