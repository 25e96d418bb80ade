// DigitExplorer: draw a digit, watch every map forwards and every delta backwards, and let the pixels go
// down the gradient until the network reads another digit.
import { makeCurve } from "./curve.js";
import { makeControls } from "./digit_controls.js";
import { lower } from "./digit_descent.js";
import { explorerAddress, unpacked } from "./digit_link.js";
import { place, sizeOf } from "./digit_maps.js";
import { makeBars, makeZoom, spell } from "./digit_panel.js";
import { makePaper } from "./digit_paper.js";
import { makeStrip } from "./digit_strip.js";
import { el } from "./dom.js";
import { read } from "./link.js";
import { backward, forward, lossOf, makeNet } from "./net.js";
import { makePlayer } from "./player.js";
import { count, flatten } from "./rule.js";

const FOLLOWED = ["image", "label", "layer", "cell", "way"];
const LATER = 160; // milliseconds after a stroke until the words follow
const WAVE = 0.02; // of the way back, a beat
const HINT =
  "Draw on the paper, or choose a cell to read its numbers. Descend moves the pixels until the network reads the label.";
const LEGEND =
  "Strong colour: a large number. Blue with a notch: negative. Lines: the strongest products of the cell under the pointer, or of the chosen one.";
const FALLS = 80; // steps down the gradient

export function renderDigitExplorer({ model, el: host }) {
  const { steps, images, names } = model.get("net");
  const net = makeNet(steps);
  const shapes = [steps[0].input, ...steps.map((step) => step.shape)];
  const pixels = count(shapes[0]);
  const classes = count(shapes[shapes.length - 1]);
  const scene = {
    net,
    names,
    layers: [],
    y: [],
    back: null,
    /** Found when first asked for: a stroke of the pen needs no delta. */
    get deltas() {
      this.back ??= backward(net, this.layers, this.y);
      return this.back;
    },
  };
  const past = [];
  let seen = {};
  let waiting = 0;
  let saving = 0;
  let speaking = 0;
  let wave = model.get("way") === "backward" ? 1 : 0;
  let losses = [];
  let mode = "";

  const paper = makePaper(shapes[0], {
    image: () => model.get("image"),
    paint,
    hover: (q) => strip.point(0, q),
  });
  const strip = makeStrip(names, shapes, paper, {
    pick: (layer, cell) => put({ layer, cell }),
    hover: () => later(),
  });
  const bars = makeBars(classes);
  const zoom = makeZoom((cell) => put({ cell }));
  const curve = makeCurve("loss");
  const detail = el("div", { class: "cnn-detail", "aria-live": "polite" });
  const controls = makeControls(names, images, classes, {
    take,
    label: (k) => change({ label: k }),
    way: (v) => put({ way: v }),
    scrub,
    clear: () => change({ image: Array(pixels).fill(0) }),
    descend,
    undo,
    layer: (layer) => put({ layer, cell: 0 }),
    pick,
  });
  const { sample, label, way, range, layerPick, steppers, undoing } = controls;
  const side = el("div", { class: "cnn-side" }, bars.node, curve.node, zoom.node);
  const root = el(
    "div",
    {
      class: "cnn-widget cnn-digit",
      "data-widget": "digit-explorer",
      role: "group",
      "aria-label": model.get("title"),
      onkeydown: shortcut,
    },
    el("p", { class: "cnn-hint" }, HINT),
    controls.top,
    detail,
    el("div", { class: "cnn-explorer" }, strip.node, side),
    controls.bottom,
    el("p", { class: "cnn-more" }, LEGEND),
  );
  host.replaceChildren(root);
  const player = makePlayer(root, beat, () => {});
  for (const key of FOLLOWED) model.on(`change:${key}`, later);
  const themed = new MutationObserver(() => {
    strip.theme();
    seen.filled = null;
    draw();
  });
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  draw();
  if (model.page) {
    addEventListener("hashchange", follow);
    follow();
  }
  return () => {
    player.close();
    themed.disconnect();
    removeEventListener("hashchange", follow);
    for (const key of FOLLOWED) model.off(`change:${key}`, later);
  };

  function later() {
    waiting ||= requestAnimationFrame(draw);
  }
  function put(values) {
    for (const key in values) model.set(key, values[key]);
    model.save_changes();
    draw();
    remember();
  }
  /** A change of the digit or its label, which Undo takes back. */
  function change(values, more = false) {
    if (!more) past.push({ image: model.get("image"), label: model.get("label") });
    player.stop();
    losses = [];
    put(values);
  }
  function undo() {
    const before = past.pop();
    player.stop();
    losses = [];
    if (before) put(before);
  }
  function take(k) {
    change({ image: images[k].levels.map((v) => v / 16), label: images[k].label });
  }
  function paint(q, value, more) {
    const image = [...model.get("image")];
    image[q] = value;
    if (!more) return change({ image });
    player.stop();
    mode = "stroke"; // however many pixels a frame brings, it draws once
    model.set("image", image);
    later();
  }

  function draw() {
    cancelAnimationFrame(waiting); // what waits is drawn now; a second time would undo what is typed
    waiting = 0;
    const image = model.get("image");
    const k = model.get("label");
    const anew = image !== seen.image || k !== seen.k;
    const l = model.get("layer");
    const cell = Math.min(model.get("cell"), count(shapes[l]) - 1);
    if (anew) compute(image, k);
    if (anew || seen.filled !== l) strip.fill(scene, l);
    if (model.get("way") !== seen.way) run(seen.way === undefined);
    seen = { image, k, filled: l, way: model.get("way") };
    strip.show(scene, [l, cell], wave);
    way.show(seen.way);
    range.value = Math.round(100 * wave);
    undoing.disabled = !past.length;
    clearTimeout(speaking);
    if (mode) speaking = setTimeout(() => speak(l, cell), LATER);
    else speak(l, cell);
    if (mode === "stroke") {
      mode = "";
      model.save_changes();
      remember();
    }
  }
  function compute(image, k) {
    scene.y = Array.from({ length: classes }, (_, c) => Number(c === k));
    scene.layers = forward(net, { shape: shapes[0], data: Float64Array.from(image) });
    scene.back = null;
    const { p, loss } = lossOf(scene.layers, scene.y);
    paper.show(image);
    bars.show(p, k, loss);
    curve.draw(losses.length ? losses : [loss]);
    const same = (one) => one.levels.every((v, q) => v / 16 === image[q]);
    sample.value = String(images.findIndex(same));
    if (sample.selectedIndex < 0) sample.value = "";
    label.value = k;
  }
  /** What takes longer than a frame: the words, and the chosen map enlarged. */
  function speak(l, cell) {
    const size = sizeOf(shapes[l]);
    const at = place(shapes[l], cell);
    layerPick.value = l;
    steppers.forEach((input, k) => {
      input.value = at[k];
      input.max = size[k] - 1;
      input.disabled = size[k] === 1;
    });
    detail.replaceChildren(...spell(scene, l, cell));
    zoom.show(names[l].split(",")[0], scene.layers[l], cell, scene.deltas[l], wave > 0.5);
  }
  function pick() {
    const size = sizeOf(shapes[model.get("layer")]);
    const whole = (s) => Math.round(Number(s.value) || 0);
    const at = steppers.map((s, k) => Math.min(Math.max(0, whole(s)), size[k] - 1));
    put({ cell: flatten(at, size) });
  }

  /** The wave runs to the other end, or is there at once. */
  function run(atOnce) {
    const back = model.get("way") === "backward";
    const still = atOnce || matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (mode === "scrub") return;
    mode = "";
    if (still) wave = back ? 1 : 0;
    else {
      player.interval = 16;
      losses = [];
      player.start();
    }
  }
  function scrub() {
    player.stop();
    mode = "scrub";
    wave = Number(range.value) / 100;
    put({ way: wave > 0.5 ? "backward" : "forward" });
    mode = "";
  }
  function beat() {
    if (losses.length) return fall();
    const goal = model.get("way") === "backward" ? 1 : 0;
    wave = goal ? Math.min(1, wave + WAVE) : Math.max(0, wave - 2 * WAVE);
    mode = "wave";
    strip.follow(wave);
    draw();
    mode = "";
    return wave !== goal;
  }

  /** The pixels go against their gradient until the network reads the label. */
  function descend() {
    if (player.running && losses.length) return player.stop();
    past.push({ image: model.get("image"), label: model.get("label") });
    losses = [lossOf(scene.layers, scene.y).loss];
    player.interval = 60;
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) return player.start();
    while (fall());
  }
  function fall() {
    const image =
      losses.length > FALLS ? null : lower(scene, model.get("image"), model.get("label"));
    if (!image) return false;
    const next = forward(net, { shape: shapes[0], data: Float64Array.from(image) });
    losses = [...losses, lossOf(next, scene.y).loss];
    mode = "fall";
    put({ image });
    mode = "";
    return true;
  }

  function shortcut(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "z") return;
    event.preventDefault();
    undo();
  }
  function remember() {
    if (!model.page || !model.get("name")) return;
    clearTimeout(saving);
    const state = Object.fromEntries(FOLLOWED.map((key) => [key, model.get(key)]));
    const drawn = sample.value === "" ? -1 : Number(sample.value);
    const write = () =>
      history.replaceState(history.state, "", explorerAddress(model.get("name"), state, drawn));
    saving = setTimeout(write, 250);
  }
  /** A link names a cell, and perhaps a digit: #tv:explorer:layer=5;cell=128;way=backward */
  function follow() {
    const found = read(
      location.hash,
      model.get("name"),
      ["layer", "cell", "label"],
      ["way", "image"],
    );
    if (!found) return;
    const l = Math.min(Math.max(0, found.layer ?? 1), net.length);
    const cell = Math.min(Math.max(0, found.cell ?? 0), count(shapes[l]) - 1);
    const known = images[found.image];
    const image = known ? known.levels.map((v) => v / 16) : unpacked(found.image, pixels);
    const digit = image
      ? { image, label: Math.min(classes - 1, Math.max(0, found.label ?? known?.label ?? 0)) }
      : {};
    put({ layer: l, cell, way: found.way === "backward" ? found.way : "forward", ...digit });
    const there = () => root.scrollIntoView({ block: "start" });
    there();
    globalThis.MathJax?.startup?.promise?.then(there);
  }
}
