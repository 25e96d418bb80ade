// The network face: one circle a cell, one wire a term; wires that share a weight share colour, dash and number.
import { el, role } from "./dom.js";
import { brief, text } from "./numbers.js";
import { unflatten } from "./rule.js";
import { cellName } from "./equation.js";

const MANY_WIRES = 700; // more wires than this and only those at work are drawn
const DASH = ["none", "8 4", "2 4", "10 3 2 3", "5 2", "1 3", "12 4", "6 2 1 2", "3 6"];
const GAP = 30,
  WIDE = 460,
  LEFT = 52,
  RIGHT = WIDE - 84;

export function networkFace(view, p) {
  const [main] = p.names;
  const source = (g) => (main in g.cells ? main : Object.keys(g.cells)[0]); // a bias has wires of its own
  const weight = (g) => p.names.find((name) => name in g.cells && name !== source(g));
  const lefts = [],
    first = {};
  for (const name of new Set([main, ...p.groups.map(source)])) {
    first[name] = lefts.length;
    p.arrays[name].data.forEach((_, q) => lefts.push({ name, q }));
  }
  const rights = Array.from(p.values, (_, q) => ({ name: p.out, q }));
  const high = Math.max(lefts.length, rights.length) * GAP + 36;
  for (const side of [lefts, rights])
    side.forEach((n, k) => {
      n.y = 28 + (k + 0.5) * ((high - 36) / side.length);
    });
  const all = p.groups.flatMap((g) => g.out.map((_, t) => [g, t]));
  const styled = styles();
  const live = el("g"),
    quiet = el("g", {}, all.length > MANY_WIRES ? [] : all.map((row) => wire(row, "cnn-wire")));
  const shared = p.names.find((name) => p.groups.some((g) => weight(g) === name));
  const node = el(
    "div",
    { class: "cnn-face cnn-network" },
    el(
      "svg",
      {
        viewBox: `0 0 ${WIDE} ${high}`,
        role: "group",
        "aria-label": "network of wires",
        style: `max-width:${WIDE * 1.25}px`,
      },
      head(main, LEFT),
      shared && head(shared, WIDE / 2),
      head(p.out, RIGHT),
      quiet,
      live,
      column(lefts, LEFT),
      column(rights, RIGHT),
    ),
  );
  return { node, update };

  // Which weights get a colour and dash of their own: those on several wires, while there are styles.
  function styles() {
    const uses = {};
    for (const [g, t] of all) if (weight(g)) uses[key(g, t)] = (uses[key(g, t)] ?? 0) + 1;
    return Object.keys(uses).filter((k) => uses[k] > 1);
  }
  function key(g, t) {
    return `${weight(g)} ${g.cells[weight(g)]?.[t]}`;
  }
  function ends([g, t]) {
    const name = source(g);
    return [lefts[first[name] + g.cells[name][t]].y, rights[g.out[t]].y];
  }
  function wire([g, t], cls) {
    const name = weight(g),
      k = styled.indexOf(key(g, t)),
      [y1, y2] = ends([g, t]);
    return el("line", {
      class: cls + (g.coef[t] === 0 ? " cnn-cut" : ""),
      x1: LEFT + 14,
      y1,
      x2: RIGHT - 14,
      y2,
      "stroke-dasharray": DASH[k],
      style: `stroke:var(--cnn-wire-${k}, var(--cnn-soft))`,
      ...(name && {
        "data-operand": name,
        "data-index": unflatten(g.cells[name][t], p.arrays[name].shape).join(","),
      }),
    });
  }
  function column(side, x) {
    return el(
      "g",
      { role: "grid", "aria-label": side[0]?.name },
      side.map((n) => {
        const shape = n.name === p.out ? p.shape : p.arrays[n.name].shape;
        n.label = el("text", {
          x: x === LEFT ? x : x + 22,
          y: n.y + 4.5,
          "text-anchor": x === LEFT ? "middle" : "start",
        });
        n.node = el(
          "g",
          {
            class: "cnn-node",
            tabindex: "-1",
            role: "gridcell",
            "data-operand": n.name,
            "data-index": unflatten(n.q, shape).join(","),
          },
          el("circle", { cx: x, cy: n.y, r: 13, style: `stroke:${role(n.name)}` }),
          n.label,
        );
        return el("g", { role: "row" }, n.node);
      }),
    );
  }
  function head(name, x) {
    return el(
      "text",
      { class: "cnn-head", x, y: 14, "text-anchor": "middle", style: `fill:${role(name)}` },
      name,
    );
  }
  function update(step, values, lit) {
    const rows = p.steps[step];
    live.replaceChildren(
      ...rows.flatMap((row, k) =>
        [wire(row, "cnn-wire cnn-on"), tag(row, k, rows.length)].filter(Boolean),
      ),
    );
    for (const n of [...lefts, ...rights]) {
      n.node.classList.toggle("cnn-on", lit[n.name].has(n.q));
      const value = n.name === p.out ? values[n.q] : p.arrays[n.name].data[n.q],
        shown = Number.isNaN(value) ? "" : brief(value);
      n.label.setAttribute("class", n.name !== p.out && shown.length > 3 ? "cnn-small" : "");
      n.label.textContent = shown;
    }
  }
  // The number on a wire at work. A weight that shares its wires' plain style with others is named, too.
  function tag([g, t], k, n) {
    const name = weight(g),
      cell = g.cells[name]?.[t];
    const value = name ? text(p.arrays[name].data[cell]) : g.coef[t] === 1 ? "" : text(g.coef[t]);
    if (!value || n > 40) return null;
    const [y1, y2] = ends([g, t]),
      f = 0.16 + 0.08 * (k % 2);
    const more =
      styled.indexOf(key(g, t)) >= DASH.length
        ? ` ${cellName(name, cell, p.arrays[name].shape)}`
        : "";
    return el(
      "text",
      {
        class: "cnn-tag",
        x: LEFT + 14 + (RIGHT - LEFT - 28) * f,
        y: y1 + (y2 - y1) * f - 4,
        "text-anchor": "middle",
        style: `fill:${name ? role(name) : "currentColor"}`,
      },
      value + more,
    );
  }
}
