// The network face: one circle a cell, one wire a term; wires that share a weight share colour, dash and number.
import { el, role } from "./dom.js";
import { unflatten } from "./rule.js";
import { text } from "./numbers.js";

const MANY = 700; // more wires than this and only those at work are drawn
const DASH = ["none", "8 4", "2 4", "10 3 2 3", "5 2", "1 3", "12 4", "6 2 1 2", "3 6"];
const GAP = 30, WIDE = 460;

export function networkFace(view) {
  const { pass: p } = view;
  const main = p.names[0], shared = p.names[1];
  const left = p.arrays[main].data.length, right = p.values.length;
  const high = Math.max(left, right) * GAP + 36;
  const y = (q, n) => 28 + (q + 0.5) * ((high - 36) / n);
  const all = p.groups.flatMap((g) => (main in g.cells ? g.out.map((o, t) => [g, t, o]) : []));
  const few = all.length <= MANY;
  const quiet = el("g", {}), live = el("g", {});
  if (few) quiet.append(...all.map((w) => wire(w, "cnn-wire")));
  const inputs = nodes(main, p.arrays[main], left, 52), outputs = nodes(p.out, { shape: p.shape }, right, WIDE - 84);
  const heads = [head(main, 52), shared && head(shared, WIDE / 2), head(p.out, WIDE - 84)];
  const node = el("div", { class: "cnn-face cnn-network" },
    el("svg", { viewBox: `0 0 ${WIDE} ${high}`, role: "group", "aria-label": "network of wires", style: `max-width:${WIDE * 1.25}px` },
      heads.filter(Boolean), quiet, live, inputs.map((n) => n.node), outputs.map((n) => n.node)));
  return { node, update };

  function wire([g, t, o], cls) {
    const share = shared && g.cells[shared] ? g.cells[shared][t] : -1;
    return el("line", { class: cls + (g.coef[t] === 0 ? " cnn-cut" : ""), x1: 66, y1: y(g.cells[main][t], left), x2: WIDE - 98, y2: y(o, right),
      "stroke-dasharray": DASH[(share + 1) % DASH.length ? share % DASH.length : 0] ?? "none",
      style: `stroke:${share < 0 ? role(main) : `var(--cnn-wire-${share % 9})`}`,
      ...(share < 0 ? {} : { "data-operand": shared, "data-index": unflatten(share, p.arrays[shared].shape).join(",") }) });
  }
  function nodes(name, array, n, x) {
    return Array.from({ length: n }, (_, q) => {
      const label = el("text", { x: name === p.out ? x + 22 : x, y: y(q, n) + 4.5, "text-anchor": name === p.out ? "start" : "middle" },
        array.data ? text(array.data[q]) : "");
      const ring = el("circle", { cx: x, cy: y(q, n), r: 13, style: `stroke:${role(name)}` });
      const node = el("g", { class: "cnn-node", tabindex: "-1", role: "img", "data-operand": name,
        "data-index": unflatten(q, array.shape).join(",") }, ring, label);
      if (array.data && label.textContent.length > 3) label.setAttribute("class", "cnn-small");
      return { node, label, q };
    });
  }
  function head(name, x) {
    return el("text", { class: "cnn-head", x, y: 14, "text-anchor": "middle", style: `fill:${role(name)}` }, name);
  }
  function update(step, values) {
    const rows = p.steps[step].filter(([g]) => main in g.cells);
    live.replaceChildren(...rows.flatMap(([g, t], k) => [wire([g, t, g.out[t]], "cnn-wire cnn-on"), tag(g, t, k, rows.length)].filter(Boolean)));
    const litIn = view.lit(main, false), litOut = view.lit(p.out, true);
    for (const n of inputs) dress(n, litIn.has(n.q), main, text(p.arrays[main].data[n.q]));
    for (const n of outputs) dress(n, litOut.has(n.q), p.out, Number.isNaN(values[n.q]) ? "" : text(values[n.q]));
  }
  function dress(n, on, name, value) {
    n.node.classList.toggle("cnn-on", on);
    if (n.label.textContent !== value) n.label.textContent = value;
    n.node.setAttribute("aria-label", `${name} ${n.node.dataset.index}: ${value || "not yet computed"}`);
  }
  function tag(g, t, k, n) {
    const value = shared && g.cells[shared] ? text(p.arrays[shared].data[g.cells[shared][t]]) : g.coef[t] === 1 ? "" : text(g.coef[t]);
    if (!value || n > 40) return null;
    const x1 = 66, x2 = WIDE - 98, f = 0.16 + 0.08 * (k % 2);
    const y1 = y(g.cells[main][t], left), y2 = y(g.out[t], right);
    return el("text", { class: "cnn-tag", x: x1 + (x2 - x1) * f, y: y1 + (y2 - y1) * f - 4, "text-anchor": "middle",
      style: `fill:${shared && g.cells[shared] ? role(shared) : "currentColor"}` }, value);
  }
}
