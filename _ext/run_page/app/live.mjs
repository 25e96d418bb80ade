// Widgets that are wired to Python: what the reader does sets traits, what Python sets is drawn.

import { el } from "./dom.mjs";

let renderers = {};
const models = new Map();

/** Load how every widget of the book is drawn. */
export async function loadRenderers(app, manifest) {
  renderers = { slider, label, ...(await import(app + manifest.widgets)).renderers };
}

/** Draw a widget and return how to lose it. */
export function draw(place, view, post) {
  if (view.module === "box") return drawAll(place, view.state, post);
  const render = renderers[view.module];
  if (!render) {
    place.append(
      el("p", { class: "run-claim" }, "This widget has no drawing for pages. It works in Jupyter."),
    );
    return () => {};
  }
  const model = makeModel(view.state, (values) => post(view.id, values));
  models.set(view.id, model);
  const inside = el("div");
  place.append(
    el("div", { class: "cnn-host", "data-on": "1", "data-module": view.module }, inside),
  );
  const lose = render({ model, el: inside });
  return () => {
    models.delete(view.id);
    if (typeof lose === "function") lose();
  };
}

function drawAll(place, { across, children }, post) {
  const box = el("div", { class: across ? "run-across" : "run-down" });
  place.append(box);
  const ends = children.map((child) => {
    const inside = el("div");
    box.append(inside);
    return draw(inside, child, post);
  });
  return () => ends.forEach((end) => end());
}

/** Take what Python has set. */
export function hear({ id, values }) {
  models.get(id)?.receive(values);
}

/** The model of anywidget: get, set, on, off, save_changes. */
function makeModel(values, post) {
  const heard = {};
  let waiting = null;
  const fire = (key) => {
    for (const f of heard[`change:${key}`] ?? []) f();
  };
  return {
    page: true,
    get: (key) => values[key],
    set(key, value) {
      if (values[key] === value) return;
      values[key] = value;
      if (!waiting)
        requestAnimationFrame(() => {
          post(waiting);
          waiting = null;
        });
      (waiting ??= {})[key] = value;
      fire(key);
    },
    receive(news) {
      for (const [key, value] of Object.entries(news)) {
        values[key] = value;
        fire(key);
      }
    },
    on(event, f) {
      (heard[event] ??= new Set()).add(f);
    },
    off(event, f) {
      heard[event]?.delete(f);
    },
    save_changes() {},
    send() {},
  };
}

function slider({ model, el: place }) {
  const range = el("input", {
    type: "range",
    min: model.get("min"),
    max: model.get("max"),
    step: model.get("step"),
  });
  const value = el("output");
  const show = () => {
    range.value = value.textContent = model.get("value");
  };
  range.oninput = () => model.set("value", Number(range.value));
  model.on("change:value", show);
  show();
  place.append(el("label", { class: "run-slider" }, `${model.get("description")} `, range, value));
}

function label({ model, el: place }) {
  const show = () => {
    place.textContent = model.get("value");
  };
  model.on("change:value", show);
  show();
}
