// NudgeView: nudge one number, watch the loss; the slope of the curve is the number backpropagation gives.
import { el, role } from "./dom.js";
import { text } from "./numbers.js";
import { flatten, unflatten } from "./rule.js";
import { build, pass } from "./scene.js";
import { cellName } from "./equation.js";

const PLOT_WIDE = 420,
  PLOT_HIGH = 220,
  REACH = 2,
  POINTS = 81;

export function renderNudgeView({ model, el: host }) {
  const state = model.get("state");
  const names = Object.keys(state.trace.operands);
  const grids = names.map(grid);
  const curve = el("g", {}),
    marks = el("g", {});
  const chart = el(
    "svg",
    {
      viewBox: `0 0 ${PLOT_WIDE} ${PLOT_HIGH}`,
      role: "img",
      class: "cnn-chart cnn-drag",
      onpointerdown: drag,
      onpointermove: drag,
    },
    curve,
    marks,
  );
  const slider = el("input", {
    type: "range",
    min: -REACH,
    max: REACH,
    step: 0.01,
    "aria-label": "Nudge",
    oninput: () => nudge(Number(slider.value)),
  });
  const facts = el("p", { class: "cnn-sentence" });
  const live = el("p", { class: "cnn-live", "aria-live": "polite" });
  const root = el(
    "div",
    {
      class: "cnn-widget cnn-nudge",
      "data-widget": "nudge-view",
      role: "group",
      "aria-label": state.title,
    },
    el(
      "p",
      {},
      "loss = ½ Σ (",
      el("b", {}, state.trace.out),
      " − target)². Choose a number, then nudge it.",
    ),
    el(
      "div",
      { class: "cnn-stage" },
      grids.map((g) => g.node),
    ),
    chart,
    el(
      "div",
      { class: "cnn-transport" },
      el("span", {}, "nudge"),
      slider,
      el("output", { class: "cnn-counter" }),
    ),
    facts,
    live,
  );
  host.replaceChildren(root);
  for (const key of ["cell", "nudge"]) model.on(`change:${key}`, draw);
  draw();
  return () => {
    for (const key of ["cell", "nudge"]) model.off(`change:${key}`, draw);
  };

  function nudge(h) {
    model.set("nudge", h);
    model.save_changes();
    draw();
  }
  // The dot can be dragged along its curve.
  function drag(event) {
    if (event.type === "pointerdown") chart.setPointerCapture(event.pointerId);
    else if (!event.buttons) return;
    const box = chart.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * PLOT_WIDE;
    const h = ((x - 40) / (PLOT_WIDE - 60)) * 2 * REACH - REACH;
    nudge(Math.min(REACH, Math.max(-REACH, Number(h.toFixed(2)))));
  }

  function grid(name) {
    const array = state.trace.operands[name];
    const buttons = Array.from(array.data, (v, q) =>
      el(
        "button",
        {
          type: "button",
          class: "cnn-cell",
          "data-operand": name,
          "data-index": unflatten(q, array.shape).join(","),
          "aria-pressed": "false",
          onclick: () => {
            model.set("cell", { operand: name, index: unflatten(q, array.shape) });
            model.set("nudge", 0);
            model.save_changes();
            draw();
          },
        },
        text(v),
      ),
    );
    const [, c] = state.trace.layout?.[name] ?? [0, array.shape.length === 4 ? 2 : 1];
    return {
      name,
      buttons,
      node: el(
        "div",
        { class: "cnn-board", style: `--c:${role(name)};--n:${array.shape[c] ?? 1}` },
        el("div", { class: "cnn-title" }, name),
        el(
          "div",
          {
            class: "cnn-grid",
            role: "group",
            "aria-label": name,
            style: `grid-template-columns:repeat(${array.shape[c] ?? 1},var(--cell))`,
          },
          buttons,
        ),
      ),
    };
  }

  // The loss with the chosen number moved by h, and its exact gradient there.
  function at(h) {
    const { operand, index } = model.get("cell");
    const array = state.trace.operands[operand],
      flat = flatten(index, array.shape);
    const scene = build(state, {
      edits: { [operand]: { [index.join(",")]: array.data[flat] + h } },
    });
    const z = pass(scene, {}).values;
    const loss = z.reduce((sum, v, q) => sum + 0.5 * (v - state.target[q]) ** 2, 0);
    scene.delta = { shape: scene.shape, data: z.map((v, q) => v - state.target[q]) };
    return { loss, slope: pass(scene, { wrt: operand }).values[flat], value: array.data[flat] + h };
  }

  function draw() {
    const { operand, index } = model.get("cell"),
      h = model.get("nudge");
    const here = at(h),
      step = 1e-5;
    const secant = (at(h + step).loss - at(h - step).loss) / (2 * step);
    const hs = Array.from({ length: POINTS }, (_, k) => -REACH + (2 * REACH * k) / (POINTS - 1));
    const losses = hs.map((v) => at(v).loss);
    const top = Math.max(...losses, 1e-9),
      x = (v) => 40 + ((v + REACH) / (2 * REACH)) * (PLOT_WIDE - 60),
      y = (v) => PLOT_HIGH - 26 - (v / top) * (PLOT_HIGH - 46);
    const tangent = (v) => here.loss + here.slope * (v - h);
    const ends = [h - 0.8, h + 0.8];
    curve.replaceChildren(
      el("line", {
        x1: 40,
        x2: PLOT_WIDE - 20,
        y1: PLOT_HIGH - 26,
        y2: PLOT_HIGH - 26,
        class: "cnn-axis",
      }),
      ...hs.slice(1).map((v, k) =>
        el("line", {
          x1: x(hs[k]),
          y1: y(losses[k]),
          x2: x(v),
          y2: y(losses[k + 1]),
          class: "cnn-curve",
        }),
      ),
      ...[-REACH, 0, REACH].map((v) =>
        el("text", { x: x(v), y: PLOT_HIGH - 8, "text-anchor": "middle" }, text(v)),
      ),
      el("text", { x: 36, y: y(top) + 4, "text-anchor": "end" }, text(Number(top.toPrecision(3)))),
      el("text", { x: 6, y: PLOT_HIGH - 30 }, "loss"),
    );
    marks.replaceChildren(
      el("line", {
        x1: x(ends[0]),
        y1: y(tangent(ends[0])),
        x2: x(ends[1]),
        y2: y(tangent(ends[1])),
        style: `stroke:${role("d" + operand)}`,
        class: "cnn-tangent",
      }),
      el("circle", { cx: x(h), cy: y(here.loss), r: 6, style: `fill:${role(operand)}` }),
    );
    chart.setAttribute(
      "aria-label",
      `Loss against the nudge; at ${text(h)} the loss is ${text(here.loss)} and the slope ${text(here.slope)}.`,
    );
    slider.value = h;
    root.querySelector("output").textContent = text(h);
    const name = cellName(
      operand,
      flatten(index, state.trace.operands[operand].shape),
      state.trace.operands[operand].shape,
    );
    const number = (key, v) => el("span", { "data-operand": key, "data-index": "0" }, text(v));
    facts.replaceChildren(
      `${name} = `,
      number("value", here.value),
      ", loss = ",
      number("loss", here.loss),
      ". Backpropagation says d",
      name,
      " = ",
      number("slope", here.slope),
      "; the nudge measures ",
      number("difference", Number(secant.toFixed(8))),
      ".",
    );
    live.textContent = facts.textContent;
    for (const g of grids)
      for (const b of g.buttons) {
        const on = g.name === operand && b.dataset.index === index.join(",");
        b.classList.toggle("cnn-on", on);
        b.setAttribute("aria-pressed", String(on));
      }
  }
}
