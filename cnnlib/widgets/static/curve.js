// A small falling curve: one value after the other, the latest marked and written.
import { el } from "./dom.js";
import { text } from "./numbers.js";

const CURVE_WIDE = 180,
  CURVE_HIGH = 54,
  CURVE_LEFT = 6,
  CURVE_ROOM = 52;

/** @param {string} name what the values are called */
export function makeCurve(name) {
  const lines = el("g", {}),
    dot = el("circle", { r: 3.5 }),
    word = el("text", {});
  const node = el(
    "svg",
    { class: "cnn-small-curve", viewBox: `0 0 ${CURVE_WIDE} ${CURVE_HIGH}`, role: "img" },
    el("line", {
      class: "cnn-axis",
      x1: CURVE_LEFT,
      x2: CURVE_WIDE - CURVE_ROOM,
      y1: CURVE_HIGH - 5,
      y2: CURVE_HIGH - 5,
    }),
    lines,
    dot,
    word,
  );
  return { node, draw };

  /** @param {number[]} values */
  function draw(values) {
    const top = Math.max(...values, 1e-9),
      last = Math.max(values.length - 1, 10);
    const x = (k) => CURVE_LEFT + (k / last) * (CURVE_WIDE - CURVE_ROOM - CURVE_LEFT);
    const y = (v) => CURVE_HIGH - 5 - (v / top) * (CURVE_HIGH - 14);
    lines.replaceChildren(
      ...values
        .slice(1)
        .map((v, k) =>
          el("line", { class: "cnn-curve", x1: x(k), y1: y(values[k]), x2: x(k + 1), y2: y(v) }),
        ),
    );
    const k = values.length - 1,
      now = values[k];
    for (const [key, at] of [
      ["cx", x(k)],
      ["cy", y(now)],
    ])
      dot.setAttribute(key, at);
    word.setAttribute("x", String(x(k) + 8));
    word.setAttribute("y", String(Math.min(y(now) + 4, CURVE_HIGH - 8)));
    word.textContent = text(Number(now.toFixed(3)));
    const steps = k === 1 ? "1 step" : `${k} steps`;
    node.setAttribute("aria-label", `${name} after ${steps}: ${text(now)}`);
  }
}
