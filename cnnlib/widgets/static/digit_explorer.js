// DigitExplorer: draw a digit, watch every map forwards and every delta backwards, and check any number by nudging.
import { button, choice, el } from "./dom.js";
import { backward, forward, lossOf, makeNet, nudge, termsOf } from "./net.js";
import { heat, place } from "./heat.js";
import { read } from "./link.js";
import { factor, text } from "./numbers.js";
import { count, flatten, unflatten } from "./rule.js";

const SPELT = 9; // terms spelt out

export function renderDigitExplorer({ model, el: host }) {
  const { steps, images, names } = model.get("net");
  const net = makeNet(steps);
  const [, rows, cols] = steps[0].input;
  const classes = count(steps.at(-1).shape);
  let layers = [],
    deltas = [],
    y = [],
    ink = 1;

  const cells = Array.from({ length: rows * cols }, (_, q) =>
    el("div", {
      role: "gridcell",
      class: "cnn-pixel",
      tabindex: q ? "-1" : "0",
      "data-operand": "x",
      "data-index": unflatten(q, steps[0].input).join(","),
    }),
  );
  const paper = el(
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
    Array.from({ length: rows }, (_, r) =>
      el("div", { role: "row", class: "cnn-row" }, cells.slice(r * cols, (r + 1) * cols)),
    ),
  );
  const sample = el(
    "select",
    {
      "aria-label": "Digit",
      onchange: () => {
        if (sample.value)
          put({
            image: images[sample.value].levels.map((v) => v / 16),
            label: images[sample.value].label,
          });
      },
    },
    el("option", { value: "" }, "drawn"),
    images.map((image, k) => el("option", { value: k }, image.name)),
  );
  const label = el(
    "select",
    { "aria-label": "Label", onchange: () => put({ label: Number(label.value) }) },
    Array.from({ length: classes }, (_, k) => el("option", { value: k }, String(k))),
  );
  const bars = Array.from({ length: classes }, (_, k) => ({
    k,
    fill: el("span", { class: "cnn-fill", "aria-hidden": "true" }),
    p: el("span", { "data-operand": "p", "data-index": String(k) }),
    d: el("td", { "data-operand": "delta", "data-index": String(k) }),
  }));
  const loss = el("span", { "data-operand": "loss", "data-index": "0" });
  const way = choice(
    "Pass",
    [
      ["forward", "Forward: activations"],
      ["backward", "Backward: deltas"],
    ],
    (v) => put({ way: v }),
  );
  const maps = names.map((name, l) =>
    heat(name, l ? steps[l - 1].shape : steps[0].input, (cell) => put({ layer: l, cell })),
  );
  const layerPick = el(
    "select",
    { "aria-label": "Layer", onchange: () => put({ layer: Number(layerPick.value), cell: 0 }) },
    names.map((name, l) => el("option", { value: l }, name)),
  );
  const steppers = ["row", "column", "map"].map((name) =>
    el("input", { type: "number", min: 0, "aria-label": name, onchange: pick }),
  );
  const detail = el("div", { class: "cnn-detail", "aria-live": "polite" });
  const root = el(
    "div",
    {
      class: "cnn-widget cnn-digit",
      "data-widget": "digit-explorer",
      role: "group",
      "aria-label": model.get("title"),
    },
    el(
      "div",
      { class: "cnn-panes" },
      el(
        "div",
        {},
        el(
          "div",
          { class: "cnn-settings" },
          el("label", {}, "digit ", sample),
          el("label", {}, "label ", label),
          button("Clear", "Clear", () => put({ image: Array(rows * cols).fill(0) })),
        ),
        paper,
      ),
      el(
        "div",
        {},
        el(
          "table",
          { class: "cnn-table" },
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              ["class", "p", "p − y"].map((s) => el("th", { scope: "col" }, s)),
            ),
          ),
          el(
            "tbody",
            {},
            bars.map((b) =>
              el(
                "tr",
                {},
                el("th", { scope: "row" }, String(b.k)),
                el("td", { class: "cnn-level" }, b.fill, b.p),
                b.d,
              ),
            ),
          ),
        ),
        el("p", { class: "cnn-more" }, "loss = ", loss),
      ),
    ),
    way,
    el(
      "div",
      { class: "cnn-maps" },
      maps.map((m) => m.node),
    ),
    el(
      "div",
      { class: "cnn-settings" },
      el("label", {}, "layer ", layerPick),
      ["row", "column", "map"].map((name, k) => el("label", {}, `${name} `, steppers[k])),
    ),
    detail,
  );
  host.replaceChildren(root);
  const keysOf = ["image", "label", "layer", "cell", "way"];
  for (const key of keysOf) model.on(`change:${key}`, later);
  const themed = new MutationObserver(() => draw()); // canvases do not follow the theme by themselves
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  let waiting = 0,
    seen = {};
  draw();
  if (model.page) {
    addEventListener("hashchange", follow);
    follow();
  }
  return () => {
    themed.disconnect();
    removeEventListener("hashchange", follow);
    for (const key of keysOf) model.off(`change:${key}`, later);
  };

  // A link names a cell: #tv:explorer:layer=5;cell=128;way=backward
  function follow() {
    const found = read(location.hash, model.get("name"), ["layer", "cell"], ["way"]);
    if (!found) return;
    const l = Math.min(Math.max(0, found.layer ?? 1), net.length),
      last = count(l ? steps[l - 1].shape : steps[0].input) - 1;
    put({
      layer: l,
      cell: Math.min(Math.max(0, found.cell ?? 0), last),
      way: found.way === "backward" ? found.way : "forward",
    });
    const there = () => detail.scrollIntoView({ block: "center" });
    there();
    addEventListener("load", there, { once: true }); // what stands above may have come late
  }
  function later() {
    waiting ||= requestAnimationFrame(draw);
  }
  function put(values) {
    for (const key in values) model.set(key, values[key]);
    model.save_changes();
    draw();
  }

  function draw() {
    cancelAnimationFrame(waiting); // what waits is drawn now; a second time would undo what is being typed
    waiting = 0;
    const image = model.get("image"),
      k = model.get("label");
    if (image !== seen.image || k !== seen.k) {
      y = Array.from({ length: classes }, (_, c) => Number(c === k));
      layers = forward(net, { shape: steps[0].input, data: Float64Array.from(image) });
      deltas = backward(net, layers, y);
      seen = { image, k };
      score(image, k);
    }
    const shown = model.get("way") === "backward" ? deltas : layers;
    const l = model.get("layer"),
      cell = Math.min(model.get("cell"), layers[l].data.length - 1);
    maps.forEach((m, at) => m.draw(shown[at].data, at === l ? cell : -1, model.get("way")));
    way.show(model.get("way"));
    const shape = layers[l].shape,
      [r, c, map] = place(shape, cell);
    layerPick.value = l;
    [r, c, map].forEach((v, at) => {
      steppers[at].value = v;
      steppers[at].max = sizeOf(shape)[at] - 1;
      steppers[at].disabled = sizeOf(shape)[at] === 1;
    });
    detail.replaceChildren(...spell(l, cell));
  }

  function score(image, k) {
    const { p, loss: value } = lossOf(layers, y);
    cells.forEach((node, q) => {
      node.style.setProperty("--ink", `${image[q] > 0.5 ? 20 + 80 * image[q] : 80 * image[q]}%`); // no grey on grey
      node.textContent = image[q] ? text(image[q]) : "";
      node.setAttribute(
        "aria-label",
        `row ${Math.floor(q / cols)}, column ${q % cols}: ${text(image[q])}`,
      );
      node.classList.toggle("cnn-inked", image[q] > 0.5);
    });
    sample.value = String(
      images.findIndex((one) => one.levels.every((v, q) => v / 16 === image[q])),
    );
    if (sample.selectedIndex < 0) sample.value = "";
    label.value = k;
    for (const b of bars) {
      b.fill.style.width = `${100 * p[b.k]}%`;
      b.p.textContent = text(p[b.k]);
      b.d.textContent = text(p[b.k] - y[b.k]);
    }
    loss.textContent = text(value);
  }

  function sizeOf(shape) {
    return shape.length === 4 ? shape.slice(1) : [1, 1, shape[1]];
  }
  function pick() {
    const shape = layers[model.get("layer")].shape,
      size = sizeOf(shape);
    const at = steppers.map((s, k) =>
      Math.min(Math.max(0, Math.round(Number(s.value) || 0)), size[k] - 1),
    );
    put({ cell: flatten(at, size) });
  }

  // The chosen cell in numbers: its value, its terms, its delta, and the same delta measured by a nudge.
  function spell(l, cell) {
    const name = names[l].split(",")[0],
      where = `${name}[${place(layers[l].shape, cell)
        .filter((_, d) => sizeOf(layers[l].shape)[d] > 1)
        .join(",")}]`;
    const number = (key, v) =>
      el(
        "b",
        { "data-operand": key, "data-index": unflatten(cell, layers[l].shape).join(",") },
        text(v),
      );
    const { up, down, kink } = nudge(net, layers, y, l, cell);
    const lines = [
      el(
        "p",
        {},
        `${where} = `,
        number("value", layers[l].data[cell]),
        l ? ` = ${sum(termsOf(net[l - 1], layers[l - 1], layers[l], null, cell))}` : "",
      ),
    ];
    lines.push(
      el(
        "p",
        {},
        `its delta, ∂loss/∂${where} = `,
        number("gradient", deltas[l].data[cell]),
        l < net.length
          ? ` = ${sum(termsOf(net[l], layers[l], layers[l + 1], deltas[l + 1], cell, net[l].reads))}`
          : " = p − y",
      ),
    );
    lines.push(
      el(
        "p",
        {},
        "checked by nudging: (loss(+h) − loss(−h)) / 2h = ",
        number("difference", Number(((up + down) / 2).toFixed(8))),
        kink
          ? `; the loss has a kink here: ${text(Number(up.toFixed(6)))} upwards, ${text(Number(down.toFixed(6)))} downwards`
          : "",
      ),
    );
    return lines;
  }
  function sum(terms) {
    if (!terms.length) return "0 (no wire)";
    const live = terms.filter((t) => t.value !== 0);
    const some = live
      .slice(0, SPELT)
      .map((t) =>
        [...(t.coef === 1 ? [] : [text(t.coef)]), ...t.factors.map(([, , v]) => factor(v))].join(
          "·",
        ),
      );
    if (live.length > SPELT) some.push(`… (${live.length - SPELT} more)`);
    return (
      (some.join(" + ") || "0") +
      (live.length < terms.length ? `; ${terms.length - live.length} terms are 0` : "")
    );
  }

  function paint(q, value) {
    put({ image: model.get("image").map((v, at) => (at === q ? value : v)) });
  }
  function brush(event) {
    if (event.type === "pointermove" && !(event.buttons & 1)) return;
    const target = document.elementFromPoint(event.clientX, event.clientY)?.closest(".cnn-pixel");
    const q = cells.indexOf(target);
    if (q < 0) return;
    if (event.type === "pointerdown") {
      ink = model.get("image")[q] > 0.5 ? 0 : 1;
      paper.releasePointerCapture?.(event.pointerId);
      rove(q);
    }
    event.preventDefault();
    if (model.get("image")[q] !== ink) paint(q, ink);
  }
  function rove(q) {
    cells.forEach((node, at) => {
      node.tabIndex = at === q ? 0 : -1;
    });
    cells[q].focus();
  }
  function keys(event) {
    const q = cells.indexOf(event.target);
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -cols, ArrowDown: cols }[event.key];
    if (q < 0 || !(by || [" ", "Delete", "Backspace"].includes(event.key))) return;
    event.preventDefault();
    if (by) {
      if (
        cells[q + by] &&
        !(Math.abs(by) === 1 && Math.floor(q / cols) !== Math.floor((q + by) / cols))
      )
        rove(q + by);
    } else
      paint(
        q,
        event.key === " "
          ? model.get("image")[q] >= 1
            ? 0
            : Math.min(1, model.get("image")[q] + 0.25)
          : 0,
      );
  }
}
