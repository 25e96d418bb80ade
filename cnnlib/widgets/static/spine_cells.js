// The cells of the network. Each stays the same node on the way there and back; only its face turns.
import { el } from "./dom.js";
import { brief, text } from "./numbers.js";
import { count, unflatten } from "./rule.js";
import { BACK } from "./spine_net.js";
import { called, colour } from "./spine_why.js";

const TITLES = {
  x: "picture",
  w1: "kernel",
  b1: "bias",
  z1: "convolution",
  a1: "ReLU",
  pool: "max pool",
  flat: "flatten",
  w2: "dense weights",
  b2: "bias",
  z2: "dense",
  p: "probability",
  y: "label",
  loss: "loss",
};
const NARROW_ONES = new Set(["b1", "b2", "z2", "p", "y"]); // their titles would run into each other
const SHORT = { pool: "", flat: "", loss: "", dpool: "d", dflat: "d" };

/** z₁, δ₁: how an array is written above its cells. */
function symbol(name) {
  const letter = SHORT[name] ?? name.replace("delta", "δ");
  return letter.replace("1", "₁").replace("2", "₂");
}

/** Two decimals are enough to see; the whole number is asked for. */
const short = (v, tight) => {
  const seen = Math.abs(v) < 0.005 && v !== 0 ? "0.00" : text(Number(v.toFixed(2)));
  return tight && seen.length > 3 ? seen.replace("0.", ".") : seen;
};

/**
 * @param {import("./spine_net.js").Arrays} arrays for the shapes
 * @param {string[]} classes
 */
export function makeCells(arrays, classes) {
  /** @type {Record<string, { node: any, title: any, cells: any[] }>} */
  const blocks = {};
  for (const name of Object.keys(TITLES))
    blocks[name] = makeBlock(name, arrays[name].shape, classes);
  return {
    blocks,
    node: el(
      "div",
      { class: "cnn-cells" },
      Object.values(blocks).map((b) => b.node),
    ),
  };
}

function makeBlock(name, shape, classes) {
  const cells = Array.from({ length: count(shape) }, (_, q) =>
    el("div", {
      role: "gridcell",
      class: "cnn-cell",
      tabindex: q ? "-1" : "0",
      "data-block": name,
      "data-cell": q,
      "data-index": unflatten(q, shape).join(","),
    }),
  );
  const title = el("div", { class: "cnn-head", "aria-hidden": "true" });
  const grid = el("div", { role: "grid", "aria-label": TITLES[name], class: "cnn-block" });
  const node = el("div", { class: "cnn-part", "data-part": name }, title, grid);
  if (name === "y")
    node.append(
      el(
        "div",
        { class: "cnn-classes", "aria-hidden": "true" },
        classes.map((word) => el("span", {}, word.split(" ")[0])),
      ),
    );
  return { node, grid, title, cells };
}

/** Put the parts where a layout wants them; the rows are those that a reader sees. */
export function arrange(blocks, layout) {
  for (const [name, { node, grid, cells }] of Object.entries(blocks)) {
    const { left, top, rows, place } = layout.blocks[name];
    node.style.setProperty("--left", left);
    node.style.setProperty("--top", top);
    const lines = Array.from({ length: rows }, () => el("div", { role: "row", class: "cnn-line" }));
    const order = cells.map((node, q) => ({ node, at: place(q) }));
    order.sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1]);
    for (const {
      node: cell,
      at: [r],
    } of order)
      lines[r].append(cell);
    grid.replaceChildren(...lines);
  }
}

/** @returns {(name: string, cell: number) => "front" | "back" | "ahead"} at a place of the wave */
export function facing(ticks, at) {
  const front = new Map(),
    back = new Map();
  ticks.forEach((tick, k) => {
    for (const q of tick.cells) (tick.back ? back : front).set(`${tick.block}:${q}`, k);
  });
  return (name, cell) => {
    const key = `${name}:${cell}`;
    if (at > (back.get(key) ?? Infinity)) return "back";
    return at > (front.get(key) ?? -1) ? "front" : "ahead";
  };
}

/** Write the numbers of one block, each with the face that the wave has given it; `tight` on a phone. */
export function paint(name, { node, grid, title, cells }, arrays, face, tight) {
  const back = BACK[name],
    turned = cells.filter((_, q) => face(name, q) === "back").length;
  const most = (key) => Math.max(...Array.from(arrays[key].data, Math.abs)) || 1;
  const tops = { [name]: most(name), [back ?? name]: most(back ?? name) };
  cells.forEach((cell, q) => {
    const side = face(name, q),
      shown = side === "back" ? back : name;
    writeCell(cell, shown, arrays[shown].data[q], side, tops[shown], tight);
    cell.setAttribute(
      "aria-label",
      `${called(shown, q, arrays[shown].shape)}, ${cell.textContent}`,
    );
  });
  const shown = turned === cells.length ? back : name;
  const said =
    `${symbol(shown)} ${NARROW_ONES.has(name) || (tight && name.startsWith("w")) ? "" : TITLES[name]}`.trim();
  if (title.textContent !== said) title.textContent = said;
  title.style.setProperty("--c", colour(shown));
  grid.setAttribute("aria-label", `${shown}, ${TITLES[name]}`);
  node.dataset.face = turned ? "back" : "front";
}

function writeCell(cell, shown, value, side, most, tight) {
  const whole = brief(value),
    seen = short(value, tight);
  if (cell.textContent !== whole) cell.textContent = whole;
  const { dataset } = cell;
  if (dataset.operand !== shown) {
    dataset.operand = shown;
    cell.style.setProperty("--c", colour(shown));
  }
  if (dataset.short !== seen) dataset.short = seen;
  dataset.value = String(value);
  dataset.face = side;
  cell.style.setProperty("--len", seen.length);
  cell.style.setProperty("--v", `${Math.round((30 * Math.abs(value)) / most)}%`);
}
