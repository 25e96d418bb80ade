// The paper: a digit of grey cells that is drawn with mouse, finger or keys. On the way back the
// gradient lies over it, cell by cell.
import { el } from "./dom.js";
import { text } from "./numbers.js";
import { unflatten } from "./rule.js";

/**
 * @param {number[]} shape of the image
 * @param {object} told
 * @param {() => number[]} told.image the pixels
 * @param {(q: number, value: number, more: boolean) => void} told.paint `more`: a stroke goes on
 * @param {(q: number) => void} told.hover
 */
export function makePaper(shape, { image, paint, hover }) {
  const [, rows, cols] = shape;
  let ink = 1;
  let seen = [];
  const cells = Array.from({ length: rows * cols }, (_, q) =>
    el("div", {
      role: "gridcell",
      class: "cnn-pixel",
      tabindex: q ? "-1" : "0",
      "data-operand": "x",
      "data-index": unflatten(q, shape).join(","),
    }),
  );
  const lines = Array.from({ length: rows }, (_, r) =>
    el("div", { role: "row", class: "cnn-row" }, cells.slice(r * cols, (r + 1) * cols)),
  );
  const veil = el("canvas", {
    class: "cnn-veil",
    width: cols * 30,
    height: rows * 30,
    "aria-hidden": "true",
  });
  const grid = el(
    "div",
    {
      role: "grid",
      "aria-label": "the digit: arrow keys move, space paints, delete wipes",
      class: "cnn-paper",
      style: `grid-template-columns:repeat(${cols},1fr)`,
      onpointerdown: brush,
      onpointermove: brush,
      onkeydown: keys,
    },
    lines,
  );
  const node = el("div", { class: "cnn-sheet-of-paper" }, veil, grid);
  return { node, show, veil: drawVeil, middle };

  /** Only the pixels that have changed are written. */
  function show(pixels) {
    cells.forEach((node, q) => {
      const v = pixels[q];
      if (v === seen[q]) return;
      const shade = v > 0.5 ? 20 + 80 * v : 80 * v; // no grey on grey
      node.style.setProperty("--ink", `${shade}%`);
      node.textContent = v ? text(Number(v.toFixed(2))) : "";
      node.setAttribute(
        "aria-label",
        `row ${Math.floor(q / cols)}, column ${q % cols}: ${text(v)}`,
      );
      node.classList.toggle("cnn-inked", v > 0.5);
    });
    seen = pixels;
  }

  /** The gradient of the loss over the digit: larger squares for larger numbers, a bar for minus. */
  function drawVeil(dx, share, ink) {
    const g = veil.getContext("2d");
    const side = veil.width / cols;
    const most = dx.reduce((a, v) => Math.max(a, Math.abs(v)), 0) || 1;
    const paintIn = (rgb) => `rgb(${rgb.join(" ")})`;
    g.clearRect(0, 0, veil.width, veil.height);
    g.strokeStyle = paintIn(ink.line);
    g.strokeRect(0.5, 0.5, veil.width - 1, veil.height - 1);
    const edge = (1 - share) * veil.width;
    dx.forEach((v, q) => {
      const x = (q % cols) * side + side / 2;
      const y = Math.floor(q / cols) * side + side / 2;
      if (x < edge || !v) return;
      const half = Math.sqrt(Math.abs(v) / most) * side * 0.42;
      g.fillStyle = paintIn(v < 0 ? ink.x : ink.delta);
      g.fillRect(x - half, y - half, 2 * half, 2 * half);
      if (v >= 0 || half < 4) return;
      g.fillStyle = paintIn(ink.page);
      g.fillRect(x - half * 0.6, y - 1, half * 1.2, 2);
    });
    grid.classList.toggle("cnn-veiled", share > 0.5);
  }
  function middle(q) {
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = node;
    const [wide, high] = [offsetWidth / cols, offsetHeight / rows];
    return [
      offsetLeft + ((q % cols) + 0.5) * wide,
      offsetTop + (Math.floor(q / cols) + 0.5) * high,
    ];
  }

  function brush(event) {
    const target = document.elementFromPoint(event.clientX, event.clientY)?.closest(".cnn-pixel");
    const q = cells.indexOf(target);
    if (q >= 0 && event.pointerType === "mouse") hover(q);
    if (q < 0 || (event.type === "pointermove" && !(event.buttons & 1))) return;
    const first = event.type === "pointerdown";
    if (first) {
      ink = image()[q] > 0.5 ? 0 : 1;
      if (grid.hasPointerCapture?.(event.pointerId)) grid.releasePointerCapture(event.pointerId);
      rove(q);
    }
    event.preventDefault();
    if (image()[q] !== ink) paint(q, ink, !first);
  }
  function rove(q) {
    cells.forEach((node, at) => {
      node.tabIndex = at === q ? 0 : -1;
    });
    cells[q].focus();
  }
  function keys(event) {
    const q = cells.indexOf(event.target);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -cols, ArrowDown: cols }[event.key];
    if (q < 0 || !(step || [" ", "Delete", "Backspace"].includes(event.key))) return;
    event.preventDefault();
    const v = image()[q];
    const sameRow = Math.floor(q / cols) === Math.floor((q + step) / cols);
    if (!step) paint(q, event.key === " " ? (v >= 1 ? 0 : Math.min(1, v + 0.25)) : 0, false);
    else if (cells[q + step] && (Math.abs(step) > 1 || sameRow)) rove(q + step);
  }
}
