// TrainingReplay: go through the epochs of a recorded training and see losses, kernels and mistakes change.
import { button, el } from "./dom.js";
import { text } from "./numbers.js";
import { makePlayer } from "./player.js";

const ACROSS = 460,
  TALL = 190;

export function renderTrainingReplay({ model, el: host }) {
  const {
    epochs,
    kernel_shape: [rows, cols],
    kernels,
    confusion,
    curves,
    title,
  } = model.get("record");
  const last = epochs;
  const marks = el("g", {});
  const chart = el(
    "svg",
    {
      viewBox: `0 0 ${ACROSS} ${TALL}`,
      role: "img",
      class: "cnn-chart",
      "aria-label": "Loss after every epoch, training and test",
    },
    lines(),
    marks,
  );
  const tiles = kernels[0].map((values, k) => tile(values, k));
  const count = confusion[0].length;
  const cells = confusion[0].map((line, i) =>
    line.map((_, j) => el("td", { "data-operand": "confusion", "data-index": `${i},${j}` })),
  );
  const range = el("input", {
    type: "range",
    min: 0,
    max: last,
    "aria-label": "Epoch",
    oninput: () => {
      player.stop();
      go(Number(range.value));
    },
  });
  const counter = el("output", { class: "cnn-counter" });
  const facts = el("p", { class: "cnn-sentence" });
  const live = el("p", { class: "cnn-live", "aria-live": "polite" });
  const play = button(
    "Play",
    "▶",
    () => {
      if (player.running) return player.stop();
      if (model.get("epoch") >= last) go(0);
      player.start();
    },
    { class: "cnn-play" },
  );
  const root = el(
    "div",
    {
      class: "cnn-widget cnn-replay",
      "data-widget": "training-replay",
      role: "group",
      "aria-label": title,
    },
    el(
      "div",
      { class: "cnn-transport" },
      button("Previous epoch", "‹", () => step(-1)),
      play,
      button("Next epoch", "›", () => step(1)),
      range,
      counter,
    ),
    facts,
    chart,
    el(
      "div",
      { class: "cnn-panes" },
      el(
        "div",
        {},
        el("div", { class: "cnn-title", style: "--c:var(--sym-w)" }, `kernels, ${rows}×${cols}`),
        el(
          "div",
          { class: "cnn-tiles" },
          tiles.map((t) => t.node),
        ),
        el(
          "p",
          { class: "cnn-more" },
          "a minus marks what is negative; point at a tap for its number",
        ),
      ),
      el(
        "div",
        {},
        el(
          "div",
          { class: "cnn-title", style: "--c:var(--sym-z)" },
          "rows: the digit, columns: what the network says",
        ),
        el(
          "div",
          { class: "cnn-scroll", tabindex: "0", role: "group", "aria-label": "confusion matrix" },
          el(
            "table",
            { class: "cnn-confusion" },
            el(
              "thead",
              {},
              el(
                "tr",
                {},
                el("td"),
                Array.from({ length: count }, (_, j) => el("th", { scope: "col" }, String(j))),
              ),
            ),
            el(
              "tbody",
              {},
              cells.map((line, i) => el("tr", {}, el("th", { scope: "row" }, String(i)), line)),
            ),
          ),
        ),
      ),
    ),
    live,
  );
  host.replaceChildren(root);
  const player = makePlayer(
    root,
    () => {
      if (model.get("epoch") >= last) return false;
      go(model.get("epoch") + 1);
      return true;
    },
    () => {
      play.setAttribute("aria-label", player.running ? "Pause" : "Play");
      play.textContent = player.running ? "❚❚" : "▶";
      if (!player.running) live.textContent = facts.textContent;
    },
  );
  player.interval = 400;
  model.on("change:epoch", draw);
  draw();
  return () => {
    player.close();
    model.off("change:epoch", draw);
  };

  function go(epoch) {
    model.set("epoch", epoch);
    model.save_changes();
    draw();
  }
  function step(by) {
    player.stop();
    go(Math.min(last, Math.max(0, model.get("epoch") + by)));
  }
  function x(epoch) {
    return 46 + (epoch / last) * (ACROSS - 120);
  }
  function y(value) {
    const top = Math.max(...Object.values(curves).flat());
    return TALL - 26 - (value / top) * (TALL - 44);
  }
  function lines() {
    const top = Math.max(...Object.values(curves).flat());
    return [
      el("line", { class: "cnn-axis", x1: 46, x2: ACROSS - 70, y1: TALL - 26, y2: TALL - 26 }),
      el("text", { x: 42, y: y(top) + 4, "text-anchor": "end" }, text(Number(top.toPrecision(2)))),
      el("text", { x: 42, y: y(0) + 4, "text-anchor": "end" }, "0"),
      el("text", { x: x(last / 2), y: TALL - 6, "text-anchor": "middle" }, "epoch"),
      ...Object.entries(curves).flatMap(([name, values], c) => [
        el("path", {
          class: "cnn-line",
          d: values.map((v, k) => `${k ? "L" : "M"}${x(k + 1)} ${y(v)}`).join(""),
          "stroke-dasharray": c ? "none" : "6 5",
          style: `stroke:${ink(c)}`,
        }),
        el(
          "text",
          { x: x(last) + 6, y: y(values.at(-1)) + (c ? -6 : 10), style: `fill:${ink(c)}` },
          c ? name : `${name} ╌`,
        ),
      ]),
    ];
  }
  // The curves differ in colour and in dashes, and each has its name at its end.
  function ink(c) {
    return c ? "var(--cnn-ink)" : "var(--cnn-tap-1)";
  }
  function tile(values, k) {
    const taps = values.map((_, q) =>
      el("span", {
        class: "cnn-tap",
        "data-operand": "w",
        "data-index": `${Math.floor(q / cols)},${q % cols},0,${k}`,
      }),
    );
    return {
      taps,
      node: el(
        "div",
        { class: "cnn-tile", role: "img", style: `grid-template-columns:repeat(${cols},1fr)` },
        taps,
      ),
    };
  }
  function draw() {
    const epoch = model.get("epoch");
    const most = Math.max(...kernels[epoch].flat().map(Math.abs), 1e-9);
    tiles.forEach(({ taps, node }, k) => {
      kernels[epoch][k].forEach((v, q) => {
        taps[q].style.setProperty("--strength", `${Math.round((100 * Math.abs(v)) / most)}%`);
        taps[q].classList.toggle("cnn-negative", v < 0);
        taps[q].title = text(v);
        taps[q].dataset.value = v;
      });
      node.setAttribute("aria-label", `kernel ${k}: ${kernels[epoch][k].map(text).join(", ")}`);
    });
    confusion[epoch].forEach((line, i) =>
      line.forEach((n, j) => {
        cells[i][j].textContent = n || "·";
        cells[i][j].className = i === j ? "cnn-right" : n ? "cnn-wrong" : "";
      }),
    );
    range.value = epoch;
    counter.textContent = `${epoch} of ${last}`;
    marks.replaceChildren(
      el("line", {
        class: "cnn-tangent",
        style: "stroke:var(--cnn-soft)",
        x1: x(epoch),
        x2: x(epoch),
        y1: 12,
        y2: TALL - 26,
      }),
    );
    const total = confusion[epoch].flat().reduce((a, b) => a + b, 0),
      right = confusion[epoch].reduce((sum, line, i) => sum + line[i], 0);
    facts.replaceChildren(
      `after epoch ${epoch}: `,
      el("span", { "data-operand": "right", "data-index": "0" }, String(right)),
      ` of ${total} test digits right`,
      ...(epoch
        ? Object.entries(curves).map(
            ([name, values]) => `, ${name} loss ${text(values[epoch - 1])}`,
          )
        : [", before any training"]),
    );
    if (!player.running) live.textContent = facts.textContent;
  }
}
