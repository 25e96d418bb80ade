// What stands beside the maps: the ten classes, the chosen map enlarged, the chosen number in words.
import { el } from "./dom.js";
import { place, sizeOf } from "./digit_maps.js";
import { nudge, termsOf } from "./net.js";
import { factor, text } from "./numbers.js";
import { unflatten } from "./rule.js";

const SPELT = 9; // terms spelt out

/** The classes, each with its probability as a bar, and p − y. */
export function makeBars(classes) {
  const bars = Array.from({ length: classes }, (_, k) => ({
    fill: el("span", { class: "cnn-fill", "aria-hidden": "true" }),
    p: el("span", { "data-operand": "p", "data-index": String(k) }),
    d: el("td", { "data-operand": "delta", "data-index": String(k) }),
    head: el("th", { scope: "row" }, String(k)),
  }));
  const loss = el("span", { "data-operand": "loss", "data-index": "0" });
  const rows = bars.map((b) => {
    b.row = el("tr", {}, b.head, el("td", { class: "cnn-level" }, b.fill, b.p), b.d);
    return b.row;
  });
  const heads = ["class", "p", "p − y"].map((s) => el("th", { scope: "col" }, s));
  const table = el(
    "table",
    { class: "cnn-table cnn-classes-table" },
    el("thead", {}, el("tr", {}, heads)),
    el("tbody", {}, rows),
  );
  const said = el("p", { class: "cnn-said" });
  const node = el("div", {}, said, table, el("p", { class: "cnn-more" }, "loss = ", loss));
  return { node, show };

  function show(p, label, value) {
    const best = p.indexOf(Math.max(...p));
    bars.forEach((b, k) => {
      b.fill.style.width = `${100 * p[k]}%`;
      b.p.textContent = text(p[k]);
      b.d.textContent = text(p[k] - Number(k === label));
      b.row.classList.toggle("cnn-winner", k === best);
      b.head.textContent = k === label ? `${k} ✓` : String(k);
    });
    loss.textContent = text(value);
    const sure = `${Math.round(100 * p[best])} %`;
    said.replaceChildren(
      "reads ",
      el("b", {}, String(best)),
      `, ${sure}`,
      best === label ? "" : `; labelled ${label}`,
    );
  }
}

/** The chosen map, large enough for a finger. */
export function makeZoom(pick) {
  const caption = el("div", { class: "cnn-sheet-label" });
  const grid = el("div", {
    class: "cnn-zoom-grid",
    role: "grid",
    onclick: choose,
    onkeydown: keys,
  });
  const node = el("div", { class: "cnn-zoom" }, caption, grid);
  let size = [0, 0, 0];
  let map = 0;
  let cells = [];
  return { node, show };

  function build([rows, cols]) {
    const make = () => el("div", { role: "gridcell", class: "cnn-zoom-cell", tabindex: "-1" });
    cells = Array.from({ length: rows * cols }, make);
    const lines = Array.from({ length: rows }, (_, r) =>
      el("div", { role: "row", class: "cnn-row" }, cells.slice(r * cols, (r + 1) * cols)),
    );
    grid.style.gridTemplateColumns = `repeat(${cols}, 1fr)`;
    grid.replaceChildren(...lines);
  }
  function show(name, { shape, data }, cell, delta, back) {
    const next = sizeOf(shape);
    node.hidden = next[0] * next[1] === 1;
    if (node.hidden) return;
    if (String(next.slice(0, 2)) !== String(size.slice(0, 2))) build(next);
    size = next;
    const [r0, c0, m] = place(shape, cell);
    const [, cols, maps] = size;
    map = m;
    const values = back ? delta.data : data;
    const most = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0) || 1;
    caption.textContent = maps > 1 ? `${name}, map ${m}` : name;
    grid.setAttribute("aria-label", `${caption.textContent}, enlarged`);
    cells.forEach((one, k) => {
      const v = values[k * maps + m];
      const here = k === r0 * cols + c0;
      one.style.setProperty("--v", `${Math.round((70 * Math.abs(v)) / most)}%`);
      one.style.setProperty("--c", `var(--sym-${v < 0 ? "x" : back ? "delta" : "z"})`);
      one.textContent = v < 0 ? "−" : "";
      one.classList.toggle("cnn-here", here);
      one.setAttribute("aria-selected", String(here));
      one.tabIndex = here ? 0 : -1;
      one.setAttribute("aria-label", `row ${Math.floor(k / cols)}, column ${k % cols}: ${text(v)}`);
    });
  }
  function choose(event) {
    const k = cells.indexOf(event.target);
    if (k >= 0) pick(k * size[2] + map);
  }
  function keys(event) {
    const k = cells.indexOf(event.target);
    const cols = size[1];
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -cols, ArrowDown: cols }[event.key];
    if (!step || !cells[k + step]) return;
    event.preventDefault();
    pick((k + step) * size[2] + map);
    cells[k + step].focus();
  }
}

/**
 * The chosen cell in numbers: its value, its terms, its delta, and the same delta measured by a nudge.
 */
export function spell({ net, names, layers, deltas, y }, l, cell) {
  const { shape } = layers[l];
  const name = names[l].split(",")[0];
  const seen = place(shape, cell).filter((_, d) => sizeOf(shape)[d] > 1);
  const where = `${name}[${seen.join(",")}]`;
  const index = unflatten(cell, shape).join(",");
  const number = (key, v) => el("b", { "data-operand": key, "data-index": index }, text(v));
  const made = l ? ` = ${sum(termsOf(net[l - 1], layers[l - 1], layers[l], null, cell))}` : "";
  const back =
    l < net.length
      ? ` = ${sum(termsOf(net[l], layers[l], layers[l + 1], deltas[l + 1], cell, net[l].reads))}`
      : " = p − y";
  const { up, down, kink } = nudge(net, layers, y, l, cell);
  const measured = Number(((up + down) / 2).toFixed(8));
  const [above, below] = [up, down].map((v) => text(Number(v.toFixed(6))));
  return [
    el("p", {}, `${where} = `, number("value", layers[l].data[cell]), made),
    el("p", {}, `its delta, ∂loss/∂${where} = `, number("gradient", deltas[l].data[cell]), back),
    el(
      "p",
      {},
      "checked by nudging: (loss(+h) − loss(−h)) / 2h = ",
      number("difference", measured),
      kink ? `; the loss has a kink here: ${above} upwards, ${below} downwards` : "",
    ),
  ];
}

function sum(terms) {
  if (!terms.length) return "0 (no wire)";
  const live = terms.filter((t) => t.value !== 0);
  const written = ({ coef, factors }) =>
    [...(coef === 1 ? [] : [text(coef)]), ...factors.map(([, , v]) => factor(v))].join("·");
  const some = live.slice(0, SPELT).map(written);
  if (live.length > SPELT) some.push(`… (${live.length - SPELT} more)`);
  const zeros = live.length < terms.length ? `; ${terms.length - live.length} terms are 0` : "";
  return (some.join(" + ") || "0") + zeros;
}
