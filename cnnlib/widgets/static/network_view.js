// NetworkView: a whole tiny network, every number of it. It runs forwards, backwards, and learns.
import { makeCurve } from "./curve.js";
import { button, el } from "./dom.js";
import { read } from "./link.js";
import { text } from "./numbers.js";
import { makePlayer } from "./player.js";
import { unflatten } from "./rule.js";
import { makeNumberEditor } from "./spine_edit.js";
import { address, readAddress } from "./spine_link.js";
import { compute, LEARNT, learn } from "./spine_net.js";
import { makePicture, sumUp } from "./spine_picture.js";
import { called } from "./spine_why.js";

const FOLLOWED = ["values", "at", "chosen", "losses"];
const BEAT = 110; // milliseconds between two steps of the wave
const LESSON = 160; // and between two steps of learning
const LESSONS = 10;
const PHONE = 560; // below this width the picture is folded once

export function renderNetworkView({ model, el: host }) {
  const net = model.get("net");
  let scene = compute(net, model.get("values"));
  const picture = makePicture(net, scene);
  const { stage, sentence, turn, end } = picture;
  const past = [];
  let waiting = 0;
  let saving = 0;
  let seen = {};
  let lessons = 0; // still to be learnt
  let goal = 0; // where the wave stops
  let tall;

  const curve = makeCurve("loss");
  const range = el("input", {
    type: "range",
    min: 0,
    max: end,
    "aria-label": "Wave",
    oninput: () => {
      halt();
      put({ at: Number(range.value), chosen: "" });
    },
  });
  const learning = el("span", {}, "Learn", el("span", { class: "cnn-roomy" }, " one step"));
  const controls = el(
    "div",
    { class: "cnn-transport" },
    button("Back", "◂ Back", () => run(turn, end)),
    button("Forward", "Forward ▸", () => run(0, turn)),
    range,
    button("Learn one step", learning, () => teach(1)),
    button("10 steps", "10 steps", () => teach(LESSONS)),
  );
  const undoing = button("Undo", "Undo", undo);
  const note = el("span", { class: "cnn-note", role: "status" });
  const more = el(
    "details",
    { class: "cnn-extra" },
    el("summary", {}, "More"),
    el(
      "div",
      { class: "cnn-actions" },
      undoing,
      button("Reset", "Reset", reset),
      button("Link", "Link", share),
      note,
    ),
  );
  const root = el(
    "div",
    {
      class: "cnn-widget cnn-spine",
      "data-widget": "network-view",
      role: "group",
      tabindex: "-1",
      "aria-label": model.get("title"),
      onkeydown: shortcut,
    },
    el(
      "p",
      { class: "cnn-hint" },
      "Press Back, and the error runs through the same cells. Choose any number to ask where it comes from; pixels, weights and the label can be changed.",
    ),
    controls,
    stage,
    el("div", { class: "cnn-answer" }, sentence, curve.node),
    more,
  );
  host.replaceChildren(root);
  const editor = makeNumberEditor({
    stage,
    editable,
    value: (name, q) => model.get("values")[name][q],
    set: setCell,
    choose,
    called: (name, q) => called(name, q, net.shapes[name]),
  });
  const player = makePlayer(root, beat, () => root.classList.toggle("cnn-running", player.running));
  const measure = new ResizeObserver(() => fit());
  measure.observe(root);

  for (const key of FOLLOWED) model.on(`change:${key}`, later);
  if (model.page) {
    addEventListener("hashchange", follow);
    open(false);
  }
  fit();
  draw();
  return () => {
    player.close();
    measure.disconnect();
    removeEventListener("hashchange", follow);
    for (const key of FOLLOWED) model.off(`change:${key}`, later);
  };

  function fit() {
    const folded = root.clientWidth < PHONE;
    if (folded === tall) return;
    tall = folded;
    picture.fit(tall);
    seen = {};
    draw();
  }
  function later() {
    waiting ||= requestAnimationFrame(draw);
  }
  function put(values) {
    for (const key in values) model.set(key, values[key]);
    model.save_changes();
    draw();
    remember();
  }
  function place() {
    const at = model.get("at");
    return at < 0 ? turn : Math.min(at, end);
  }

  function draw() {
    cancelAnimationFrame(waiting);
    waiting = 0;
    if (tall === undefined) return;
    const values = model.get("values");
    const at = place();
    const anew = values !== seen.values;
    if (anew) scene = compute(net, values);
    if (anew || at !== seen.at) picture.show(scene, at);
    range.value = at;
    range.setAttribute(
      "aria-valuetext",
      at <= turn ? `forward, ${at} of ${turn}` : `back, ${at - turn} of ${end - turn}`,
    );
    root.dataset.way = at > turn ? "backward" : "forward";
    const losses = model.get("losses");
    curve.draw(losses.length ? losses : [scene.arrays.loss.data[0]]);
    undoing.disabled = !past.length;
    picture.explain(scene, at, picture.cell(model.get("chosen")), player.running);
    editor.refresh();
    seen = { values, at };
  }

  function choose(name, cell) {
    halt();
    const chosen = `${name}:${unflatten(cell, scene.arrays[name].shape)}`;
    if (model.get("chosen") !== chosen) put({ chosen });
  }
  function editable(name) {
    return name in net.start;
  }

  function quiet() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }
  function halt() {
    lessons = 0;
    player.stop();
  }
  /** Send the wave from one end of a pass to the other; pressed again it stops there. */
  function run(from, to) {
    const on = player.running && goal === to && !lessons;
    halt();
    if (on) return;
    editor.close();
    [goal, player.interval] = [to, BEAT];
    if (quiet()) return put({ at: to, chosen: "" });
    put({ at: from, chosen: "" });
    player.start();
  }
  function beat() {
    if (lessons) {
      lesson();
      lessons -= 1;
      return lessons > 0;
    }
    put({ at: Math.min(place() + 1, goal) });
    if (place() < goal) return true;
    later(); // the last word is about the whole
    return false;
  }
  function teach(count) {
    halt();
    editor.close();
    past.push(current());
    player.interval = LESSON;
    if (count === 1 || quiet()) for (let k = 0; k < count; k++) lesson();
    else {
      lessons = count;
      player.start();
    }
  }
  function lesson() {
    const values = model.get("values"),
      before = scene.arrays.loss.data[0];
    const next = learn(values, scene.arrays, net.rate),
      losses = model.get("losses");
    const after = compute(net, next).arrays.loss.data[0];
    put({
      values: next,
      losses: [...(losses.length ? losses : [before]), after],
      at: turn,
      chosen: "",
    });
    for (const name of LEARNT) picture.flash(name);
    const moved = `Every weight moved by −${text(net.rate)} × its gradient`;
    const fell = `the loss went from ${text(before)} to ${text(after)}.`;
    sentence.replaceChildren(`${moved}: ${fell} ${sumUp(scene.arrays, net.classes)[0]}`);
  }

  function current() {
    return Object.fromEntries(FOLLOWED.map((key) => [key, model.get(key)]));
  }
  function setCell(name, cell, value) {
    past.push(current());
    halt();
    const values = model.get("values");
    const row =
      name === "y"
        ? values.y.map((_, k) => Number(k === cell))
        : values[name].map((v, q) => (q === cell ? value : v));
    put({ values: { ...values, [name]: row }, losses: [] });
  }
  function undo() {
    halt();
    const before = past.pop();
    if (before) put(before);
  }
  function reset() {
    halt();
    editor.close();
    past.push(current());
    put({ values: net.start, losses: [], at: -1, chosen: "" });
  }
  function shortcut(event) {
    if (
      (event.ctrlKey || event.metaKey) &&
      event.key === "z" &&
      !event.target.matches("input[type=text]")
    ) {
      event.preventDefault();
      undo();
    }
  }

  function remember() {
    if (!model.page || !net.name || player.running) return;
    clearTimeout(saving);
    saving = setTimeout(
      () => history.replaceState(history.state, "", address(net, current())),
      250,
    );
  }
  function share() {
    const link = location.href.split("#")[0] + address(net, current());
    history.replaceState(history.state, "", link);
    const told = (words) => () => {
      note.textContent = words;
    };
    Promise.resolve(navigator.clipboard?.writeText(link)).then(
      told("Link copied."),
      told("The link is in the address bar."),
    );
  }
  function follow() {
    open(true);
  }
  function open(scroll) {
    const found = readAddress(net, read(location.hash, net.name, ["at"], ["chosen"]));
    if (!found) return;
    for (const key in found) model.set(key, found[key]);
    model.save_changes();
    draw();
    if (scroll) root.focus({ preventScroll: true });
    root.scrollIntoView({ block: "center" });
  }
}
