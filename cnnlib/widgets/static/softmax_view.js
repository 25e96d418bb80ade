// SoftmaxView: drag the logits of one example and watch p, the loss, p − y and the whole Jacobian.
import { el } from "./dom.js";
import { parse, text } from "./numbers.js";
import { crossEntropy, jacobian, softmax } from "./softmax.js";

export function renderSoftmaxView({ model, el: host }) {
  const n = model.get("z").length;
  const classes = Array.from({ length: n }, (_, k) => k);
  const lines = classes.map(line);
  const loss = cell("loss", "0");
  const warning = el("p", { class: "cnn-warning", role: "status" });
  const live = el("p", { class: "cnn-live", "aria-live": "polite" });
  const entries = classes.map((j) => classes.map((k) => cell("jacobian", `${j},${k}`, "td")));
  const totals = classes.map((k) => cell("row-sum", String(k), "td"));
  const root = el(
    "div",
    {
      class: "cnn-widget cnn-softmax",
      "data-widget": "softmax-view",
      role: "group",
      "aria-label": model.get("title"),
    },
    el(
      "div",
      {
        class: "cnn-scroll",
        tabindex: "0",
        role: "group",
        "aria-label": "logits and probabilities",
      },
      el(
        "table",
        { class: "cnn-table" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ["class", "logit z", "probability p", "label y", "p − y"].map((s) =>
              el("th", { scope: "col" }, s),
            ),
          ),
        ),
        el(
          "tbody",
          {},
          lines.map((l) => l.node),
        ),
      ),
    ),
    el("p", { class: "cnn-sentence" }, "loss = −Σ y·log p = ", loss),
    warning,
    el(
      "details",
      { class: "cnn-details", open: model.get("jacobian_open") },
      el("summary", {}, "The Jacobian: how each p answers to each logit"),
      el(
        "div",
        { class: "cnn-scroll", tabindex: "0", role: "group", "aria-label": "Jacobian" },
        el(
          "table",
          { class: "cnn-table" },
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              el("td"),
              classes.map((k) => el("th", { scope: "col" }, `∂/∂z[${k}]`)),
              el("th", { scope: "col" }, "row sum"),
            ),
          ),
          el(
            "tbody",
            {},
            classes.map((j) =>
              el("tr", {}, el("th", { scope: "row" }, `p[${j}]`), entries[j], totals[j]),
            ),
          ),
        ),
      ),
    ),
    el(
      "div",
      { class: "cnn-actions" },
      el("button", { type: "button", onclick: () => put(model.get("start")) }, "Reset"),
    ),
    live,
  );
  host.replaceChildren(root);
  for (const key of ["z", "y"]) model.on(`change:${key}`, draw);
  draw();
  return () => {
    for (const key of ["z", "y"]) model.off(`change:${key}`, draw);
  };

  function cell(operand, index, tag = "span") {
    return el(tag, { "data-operand": operand, "data-index": index });
  }

  function line(k) {
    const slider = el("input", {
      type: "range",
      min: -10,
      max: 10,
      step: 0.1,
      "aria-label": `Logit ${k}`,
      oninput: () => set("z", k, Number(slider.value)),
    });
    const typed = (key, name) =>
      el("input", {
        type: "text",
        inputmode: "decimal",
        "aria-label": name,
        "data-operand": key,
        "data-index": String(k),
        onchange: (event) => {
          const v = parse(event.target.value);
          if (Number.isFinite(v)) set(key, k, v);
          else draw();
        },
      });
    const z = typed("z", `Value of logit ${k}`),
      y = typed("y", `Label ${k}`);
    const bar = el("span", { class: "cnn-fill", "aria-hidden": "true" }),
      p = cell("p", String(k)),
      delta = cell("delta", String(k), "td");
    return {
      slider,
      z,
      y,
      bar,
      p,
      delta,
      node: el(
        "tr",
        {},
        el("th", { scope: "row" }, String(k)),
        el("td", { class: "cnn-logit" }, slider, z),
        el("td", { class: "cnn-level" }, bar, p),
        el("td", {}, y),
        delta,
      ),
    };
  }

  function set(key, k, value) {
    put({ [key]: model.get(key).map((v, m) => (m === k ? value : v)) });
  }
  function put(values) {
    for (const key in values) model.set(key, values[key]);
    model.save_changes();
    draw();
  }

  function draw() {
    const z = model.get("z"),
      y = model.get("y");
    const { p, logP } = softmax(z);
    const J = jacobian(p);
    const whole = y.reduce((a, b) => a + b, 0);
    const fair = Math.abs(whole - 1) < 1e-9 && y.every((v) => v >= 0);
    lines.forEach((l, k) => {
      if (document.activeElement !== l.slider) l.slider.value = z[k];
      if (document.activeElement !== l.z) l.z.value = text(z[k]);
      if (document.activeElement !== l.y) l.y.value = text(y[k]);
      l.bar.style.width = `${100 * p[k]}%`;
      l.p.textContent = text(p[k]);
      l.delta.textContent = fair ? text(p[k] - y[k]) : "–";
      classes.forEach((m) => {
        entries[k][m].textContent = text(J[k][m]);
      });
      totals[k].textContent = text(Number(J[k].reduce((a, b) => a + b, 0).toFixed(12))); // rounding is not a sum
    });
    loss.textContent = fair ? text(crossEntropy(logP, y)) : "–";
    warning.textContent = fair
      ? ""
      : `The labels sum to ${text(whole)}: a row of labels has no negative entry and sums to 1. Only then is p − y the gradient.`;
    live.textContent = fair
      ? `loss ${loss.textContent}, p − y = ${lines.map((l) => l.delta.textContent).join(", ")}`
      : "";
  }
}
