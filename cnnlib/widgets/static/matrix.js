// The matrix face: row o, column i holds the weight on the wire from i to o; equal weights repeat along the bands.
import { el, role } from "./dom.js";
import { unflatten } from "./rule.js";
import { brief } from "./numbers.js";

const LARGE = 2600; // more places than this and only the rows at work are drawn

export function matrixFace(view, p) {
  const [main, shared] = p.names;
  const array = p.arrays[main],
    wide = array.data.length,
    high = p.values.length;
  const small = wide * high <= LARGE;
  const entries = new Map();
  for (const g of p.groups)
    if (main in g.cells)
      g.out.forEach((o, t) => {
        const at = o * wide + g.cells[main][t];
        if (entries.has(at)) entries.get(at).push([g, t]);
        else entries.set(at, [[g, t]]);
      });
  const heads =
    array.data.length > 120
      ? []
      : Array.from(array.data, (v, q) => spot(main, q, array.shape, {}, brief(v)));
  const body = el("tbody");
  const lines = new Map();
  const note = el("p", { class: "cnn-more" });
  const node = el(
    "div",
    { class: "cnn-face cnn-matrix" },
    el(
      "table",
      { role: "grid", style: `--c:${role(shared ?? main)}` },
      el(
        "caption",
        {},
        symbol(p.out),
        p.forward && p.post !== "identity" ? ` = ${p.post} of matrix · ` : " = matrix · ",
        symbol(main),
        p.groups
          .filter((g) => !(main in g.cells))
          .flatMap((g) => [" + ", symbol(Object.keys(g.cells)[0])]),
      ),
      el("thead", {}, el("tr", {}, el("td"), heads)),
      body,
    ),
    note,
  );
  if (small) body.append(...Array.from({ length: high }, (_, o) => line(o)));
  const distinct = new Set(
    [...entries.values()].map((rows) => rows.map(([g, t]) => g.cells[shared]?.[t]).join()),
  );
  note.textContent = shared
    ? `${distinct.size} distinct values in ${entries.size} of ${wide * high} places`
    : `${entries.size} of ${wide * high} places filled`;
  return { node, update };

  function spot(name, q, shape, more, value) {
    return el(
      "td",
      {
        role: "gridcell",
        tabindex: "-1",
        "data-operand": name,
        "data-index": unflatten(q, shape).join(","),
        style: `color:${role(name)}`,
        ...more,
      },
      value,
    );
  }
  function symbol(name) {
    return el("span", { style: `color:${role(name)}` }, name);
  }
  function line(o) {
    const head = spot(p.out, o, p.shape, {});
    const cells = Array.from({ length: wide }, (_, q) => entry(entries.get(o * wide + q)));
    const row = el("tr", {}, head, cells);
    lines.set(o, { row, head, cells });
    return row;
  }
  function entry(found) {
    if (!found) return el("td", {}, "·");
    const [g, t] = found[0],
      cell = found.length === 1 ? g.cells[shared]?.[t] : undefined;
    const value = found.reduce((sum, [g, t]) => sum + factors(g, t), 0);
    return cell === undefined
      ? el("td", { class: "cnn-entry" }, brief(value))
      : spot(
          shared,
          cell,
          p.arrays[shared].shape,
          { class: "cnn-entry", style: null },
          brief(value),
        );
  }
  function factors(g, t) {
    // all that main is multiplied by
    return p.names.reduce(
      (v, name) =>
        name === main || !(name in g.cells) ? v : v * p.arrays[name].data[g.cells[name][t]],
      g.coef[t],
    );
  }
  function update(step, values) {
    const rows = new Set(p.steps[step].map(([g, t]) => g.out[t]));
    if (!small) {
      lines.clear();
      body.replaceChildren(...[...rows].slice(0, 12).map(line));
    }
    const column = p.direction.scatter ? step : -1;
    for (const [o, { row, head, cells }] of lines) {
      row.classList.toggle("cnn-on", !p.direction.scatter && rows.has(o));
      const shown = Number.isNaN(values[o]) ? "" : brief(values[o]);
      if (head.textContent !== shown) head.textContent = shown;
      cells.forEach((c, q) => {
        if (c.classList.contains("cnn-on") !== (q === column))
          c.classList.toggle("cnn-on", q === column);
      });
    }
  }
}
