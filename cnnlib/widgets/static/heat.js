// One layer as a row of small maps on a canvas: strength by shade, sign by colour and a notch.
import { el } from "./dom.js";
import { count } from "./rule.js";

// Row, column and map of a flat cell.
export function place(shape, cell) {
  if (shape.length !== 4) return [0, 0, cell];
  const [, , w, c] = shape;
  return [Math.floor(cell / (w * c)), Math.floor(cell / c) % w, cell % c];
}

export function heat(name, shape, onpick) {
  const [rows, cols, maps] = shape.length === 4 ? shape.slice(1) : [1, 1, count(shape)];
  const flat = rows * cols === 1;
  const size = flat ? (maps > 128 ? 8 : 14) : cols > 4 ? 6 : 9,
    gap = flat ? 1 : 5,
    across = Math.min(maps, flat ? (maps > 128 ? 64 : 32) : 16);
  const wide = across * (cols * size + gap),
    high = Math.ceil(maps / across) * (rows * size + gap);
  const what = flat ? "numbers" : `maps of ${rows} by ${cols}`;
  const canvas = el("canvas", {
    width: wide * 2,
    height: high * 2,
    role: "img",
    style: `aspect-ratio:${wide}/${high};max-width:${wide}px`,
    onclick: click,
  });
  const node = el(
    "div",
    { class: "cnn-map" },
    el("div", { class: "cnn-sheet-label" }, name),
    canvas,
  );
  return { node, draw };

  function corner(r, c, m) {
    return [
      (m % across) * (cols * size + gap) + c * size,
      Math.floor(m / across) * (rows * size + gap) + r * size,
    ];
  }
  function click(event) {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * wide,
      y = ((event.clientY - box.top) / box.height) * high;
    const m = Math.floor(y / (rows * size + gap)) * across + Math.floor(x / (cols * size + gap));
    const r = Math.floor((y % (rows * size + gap)) / size),
      c = Math.floor((x % (cols * size + gap)) / size);
    if (m < maps && r < rows && c < cols) onpick((r * cols + c) * maps + m);
  }
  function draw(values, chosen, way) {
    const g = canvas.getContext("2d"),
      style = getComputedStyle(canvas);
    const [plus, minus, ground, ink] = [
      way === "backward" ? "--sym-delta" : "--sym-z",
      "--sym-x",
      "--cnn-page",
      "--cnn-ink",
    ].map((v) => style.getPropertyValue(v));
    const most = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0) || 1;
    g.setTransform(2, 0, 0, 2, 0, 0);
    g.clearRect(0, 0, wide, high);
    values.forEach((v, q) => {
      const [r, c, m] = place(shape, q),
        [x, y] = corner(r, c, m),
        s = size - (size > 8 ? 1 : 0.5);
      g.fillStyle = ground;
      g.fillRect(x, y, s, s);
      g.globalAlpha = Math.sqrt(Math.abs(v) / most);
      g.fillStyle = v < 0 ? minus : plus;
      g.fillRect(x, y, s, s);
      g.globalAlpha = 1;
      if (v < 0 && Math.abs(v) > most / 20) {
        g.fillStyle = ground;
        g.fillRect(x + s / 2 - 0.75, y + s / 2 - 0.75, 1.5, 1.5);
      }
      if (q === chosen) {
        g.strokeStyle = ink;
        g.lineWidth = 2;
        g.strokeRect(x - 1, y - 1, size + 1, size + 1);
      }
    });
    canvas.setAttribute("aria-label", `${name}: ${maps} ${what}, largest ${most.toPrecision(3)}`);
  }
}
