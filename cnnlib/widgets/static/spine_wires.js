// What is drawn over the cells: the wires of one number, and the kernel as a plate that slides.
import { el } from "./dom.js";
import { text } from "./numbers.js";
import { colour } from "./spine_why.js";
import { FRONT } from "./spine_net.js";

/** Lines from the numbers that a number is made of to it, in units of a cell. */
export function makeWires() {
  const lines = el("g", {});
  const arrows = el("g", { class: "cnn-arrows" });
  const node = el("svg", { class: "cnn-wires", "aria-hidden": "true" }, arrows, lines);
  let layout;
  return { node, fit, show };

  function fit(next) {
    layout = next;
    node.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
    arrows.replaceChildren(...layout.arrows.map(arrow));
  }
  function arrow([x1, y1, x2, y2]) {
    const far = Math.hypot(x2 - x1, y2 - y1),
      [dx, dy] = [(x2 - x1) / far, (y2 - y1) / far];
    const tip = (side) =>
      el("line", {
        x1: x2,
        y1: y2,
        x2: x2 - 0.25 * dx + side * dy,
        y2: y2 - 0.25 * dy - side * dx,
      });
    const box = el("circle", { cx: (x1 + x2) / 2, cy: (y1 + y2) / 2, r: far / 2, fill: "none" });
    return el(
      "g",
      { class: "cnn-arrow" },
      box,
      el("line", { x1, y1, x2, y2 }),
      tip(0.17),
      tip(-0.17),
    );
  }
  function middle(name, cell) {
    const block = layout.blocks[FRONT[name] ?? name],
      [r, c] = block.place(cell);
    return [block.left + c + 0.46, block.top + r + 0.46];
  }
  function show(name, cell, from) {
    const [x2, y2] = name ? middle(name, cell) : [0, 0];
    lines.replaceChildren(
      ...from.map(([one, q]) => {
        const [x1, y1] = middle(one, q),
          far = Math.hypot(x2 - x1, y2 - y1) || 1;
        const cut = Math.min(0.45, far / 3) / far,
          [dx, dy] = [(x2 - x1) * cut, (y2 - y1) * cut];
        return el("line", {
          x1: x1 + dx,
          y1: y1 + dy,
          x2: x2 - dx,
          y2: y2 - dy,
          style: `stroke:${colour(one)}`,
        });
      }),
    );
  }
}

/** The kernel as a plate. Forward it slides over the picture; back it lies over δ, turned. */
export function makePlate() {
  const node = el("div", { class: "cnn-plate", "data-part": "plate", "aria-hidden": "true" });
  let taps = [],
    layout;
  return { node, fit, write, show };

  function fit(next) {
    layout = next;
    const { rows, cols } = layout.blocks.w1;
    taps = Array.from({ length: rows * cols }, () => el("span", {}));
    node.style.setProperty("--rows", rows);
    node.style.setProperty("--cols", cols);
    node.replaceChildren(...taps);
  }
  function write(weights) {
    taps.forEach((tap, q) => {
      tap.textContent = text(Number(weights[q].toFixed(2)));
    });
  }
  function show(name, cell) {
    const { blocks } = layout,
      home = blocks.w1;
    let [left, top, turn] = [home.left, home.top, 0];
    if (name === "z1") {
      const [r, c] = blocks.z1.place(cell);
      [left, top] = [blocks.x.left + c, blocks.x.top + r];
    } else if (name === "dx") {
      const [r, c] = blocks.x.place(cell);
      const [above, before] = [r - home.rows + 1, c - home.cols + 1];
      [left, top, turn] = [blocks.z1.left + before, blocks.z1.top + above, 180];
    }
    node.dataset.angle = String(turn);
    node.classList.toggle("cnn-away", name === "z1" || name === "dx");
    node.style.setProperty("--left", String(left));
    node.style.setProperty("--top", String(top));
    node.style.setProperty("--turn", `${turn}deg`);
  }
}
