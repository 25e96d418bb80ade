// The layers of a network as columns of maps, left to right. Each column is drawn in two states, there
// and back; a wave puts them together.
import { el } from "./dom.js";
import { count } from "./rule.js";

const CELL = 12; // pixels; a cell is two dots of the texture wide, the gap between maps one
const DOT = CELL / 2;
const ROOMY = 4; // maps in a column below each other

/** Row, column and map of a flat cell. */
export function place(shape, cell) {
  if (shape.length !== 4) return [0, 0, cell];
  const [, , w, c] = shape;
  return [Math.floor(cell / (w * c)), Math.floor(cell / c) % w, cell % c];
}

/** Rows, columns and maps. */
export const sizeOf = (shape) => (shape.length === 4 ? shape.slice(1) : [1, 1, shape[1]]);

/** How many maps stand beside each other. */
function acrossOf([rows, cols, maps]) {
  if (rows * cols === 1) return maps > 128 ? 32 : 8;
  return Math.max(1, Math.ceil(maps / (rows > 4 ? ROOMY : 2 * ROOMY)));
}

/** Colours of the theme as numbers. */
export function inks(node) {
  const style = getComputedStyle(node);
  const g = document.createElement("canvas").getContext("2d");
  const of = (name) => {
    g.fillStyle = style.getPropertyValue(name).trim() || "#888888";
    const hex = Number.parseInt(g.fillStyle.slice(1), 16);
    return [hex >> 16, (hex >> 8) & 255, hex & 255];
  };
  return {
    page: of("--cnn-page"),
    ink: of("--cnn-ink"),
    x: of("--sym-x"),
    z: of("--sym-z"),
    delta: of("--sym-delta"),
    line: of("--cnn-line"),
  };
}

const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

/** One column: the maps of one layer. */
export function makeColumn(name, shape, { pick, hover }) {
  const size = sizeOf(shape);
  const [rows, cols, maps] = size;
  const across = acrossOf(size);
  const high = Math.ceil(maps / across);
  const dots = [across * (2 * cols + 1) - 1, high * (2 * rows + 1) - 1];
  const canvas = el("canvas", {
    width: dots[0] * DOT,
    height: dots[1] * DOT,
    role: "img",
    class: "cnn-column-canvas",
    onclick: (event) => answer(event, pick),
    onpointermove: (event) => event.pointerType === "mouse" && answer(event, hover),
    onpointerleave: () => hover(-1),
  });
  const title = el("div", { class: "cnn-sheet-label" }, name);
  const node = el("div", { class: "cnn-column" }, title, canvas);
  const sides = [texture(), texture()];
  return { node, canvas, fill, show, middle, name: (words) => title.replaceChildren(words) };

  function texture() {
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = dots;
    return sheet;
  }
  /** The upper left corner of a cell, in dots. */
  function corner(cell) {
    const [r, c, m] = place(shape, cell);
    const [x, y] = [m % across, Math.floor(m / across)];
    return [x * (2 * cols + 1) + 2 * c, y * (2 * rows + 1) + 2 * r];
  }
  function answer(event, tell) {
    const box = canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * dots[0]);
    const y = Math.floor(((event.clientY - box.top) / box.height) * dots[1]);
    const [mx, my] = [Math.floor(x / (2 * cols + 1)), Math.floor(y / (2 * rows + 1))];
    const [c, r] = [(x % (2 * cols + 1)) >> 1, (y % (2 * rows + 1)) >> 1];
    const m = my * across + mx;
    if (m < maps && r < rows && c < cols) tell((r * cols + c) * maps + m);
  }
  /** Write the numbers of one side, 0 there and 1 back, into its texture. */
  function fill(side, values, ink) {
    const g = sides[side].getContext("2d");
    const picture = g.createImageData(...dots);
    const out = new Uint32Array(picture.data.buffer);
    const most = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0) || 1;
    const shades = [side ? ink.delta : ink.z, ink.x].map((plus) => ramp(ink.page, plus));
    const ground = shades[0][0];
    for (let q = 0; q < values.length; q++) {
      const v = values[q];
      const [x, y] = corner(q);
      const level = Math.round(255 * Math.sqrt(Math.abs(v) / most));
      const colour = shades[v < 0 ? 1 : 0][level];
      const at = y * dots[0] + x;
      out[at] = out[at + 1] = out[at + dots[0]] = colour;
      out[at + dots[0] + 1] = v < 0 && level > 50 ? ground : colour; // a negative cell has a notch
    }
    g.putImageData(picture, 0, 0);
    if (side === 0) {
      const what = rows * cols > 1 ? `maps of ${rows} by ${cols}` : "numbers";
      canvas.setAttribute("aria-label", `${name}: ${maps} ${what}, largest ${most.toPrecision(3)}`);
    }
  }
  /** Put the column together: `share` of it, from the right, has been reached on the way back. */
  function show(share, chosen, window, ink) {
    const g = canvas.getContext("2d");
    const edge = Math.round((1 - share) * dots[0]);
    g.imageSmoothingEnabled = false;
    g.clearRect(0, 0, canvas.width, canvas.height);
    const part = (sheet, from, wide) => {
      if (wide < 1) return;
      g.drawImage(sheet, from, 0, wide, dots[1], from * DOT, 0, wide * DOT, canvas.height);
    };
    part(sides[0], 0, edge);
    part(sides[1], edge, dots[0] - edge);
    g.strokeStyle = css(ink.ink);
    g.lineWidth = 1.5;
    for (const cell of window) outline(g, cell, 0);
    g.lineWidth = 3;
    if (chosen >= 0) outline(g, chosen, 2);
  }
  function outline(g, cell, out) {
    const [x, y] = corner(cell);
    g.strokeRect(x * DOT - out / 2, y * DOT - out / 2, CELL - 1 + out, CELL - 1 + out);
  }
  /** The middle of a cell, in pixels of the strip. */
  function middle(cell) {
    const [x, y] = corner(cell);
    return [canvas.offsetLeft + (x + 1) * DOT, canvas.offsetTop + (y + 1) * DOT];
  }
}

/** 256 colours from the ground to a colour, as the four bytes of a dot. */
function ramp(from, to) {
  return Array.from({ length: 256 }, (_, k) => {
    const [r, g, b] = from.map((v, d) => Math.round(v + ((to[d] - v) * k) / 255));
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

/** Which column shows a layer: a sum that ReLU follows and a flattened row share their neighbour's. */
export function columnsOf(names, shapes) {
  const kind = (l) => names[l]?.split(", ")[1];
  const owner = names.map((_, l) => {
    if (l && kind(l + 1) === "ReLU") return l + 1;
    return kind(l) === "Flatten" ? l - 1 : l;
  });
  const last = names.length - 1;
  return owner.map((l) => (count(shapes[l]) <= 16 && l === last ? -1 : l));
}
