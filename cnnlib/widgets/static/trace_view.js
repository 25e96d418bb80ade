// TraceView: one operation, forward and backward, as window, network or matrix, with every number open to change.
import { button, choice, el } from "./dom.js";
import { makeEditor } from "./editor.js";
import { read, write } from "./link.js";
import { matrixFace } from "./matrix.js";
import { networkFace } from "./network.js";
import { text } from "./numbers.js";
import { makePlayer, SPEEDS } from "./player.js";
import { flatten } from "./rule.js";
import { build, directions, pass, shown, term } from "./scene.js";
import { asNodes, asText, sentence } from "./sentence.js";
import { makeSettings } from "./settings.js";
import { tidy } from "./table.js";
import { windowFace } from "./window.js";

const FACES = { window: windowFace, network: networkFace, matrix: matrixFace };
const VIEWS = [["window", "Window"], ["network", "Network"], ["matrix", "Matrix"], ["all", "All"]];

export function renderTraceView({ model, el: host }) {
  const state = model.get("state");
  const passes = directions(state.trace).filter((d) => !state.directions || state.directions.includes(d.id));
  const past = []; // what Undo returns to
  const view = { scene: null, pass: null, faces: [], lit: () => new Map(), axisNames, shapeOf, editable };
  const keep = (key, value) => { model.set(key, value); model.save_changes(); };

  const root = el("div", { class: "cnn-widget cnn-trace", "data-widget": "trace-view", role: "group",
    "aria-label": state.title || state.trace.op, tabindex: "-1", onkeydown: keys, onpointerover: hover, onpointerout: unhover, onfocusin: hover, onfocusout: unhover });
  const directionBar = choice("Direction", passes.map((d) => [d.id, d.label]), (d) => { player.stop(); change({ direction: d, step: 0 }); });
  const viewBar = choice("View", VIEWS, (v) => change({ view: v }));
  const stage = el("div", { class: "cnn-stage" });
  const line = el("p", { class: "cnn-sentence" });
  const totals = el("p", { class: "cnn-totals" });
  const live = el("p", { class: "cnn-live", "aria-live": "polite" });
  const playButton = button("Play", "▶", toggle, { class: "cnn-play" });
  const range = el("input", { type: "range", min: 0, "aria-label": "Step", oninput: () => { player.stop(); change({ step: Number(range.value) }); } });
  const counter = el("output", { class: "cnn-counter" });
  const speed = el("select", { "aria-label": "Speed", onchange: () => { player.interval = Number(speed.value); player.told(); } },
    SPEEDS.map(([name, ms]) => el("option", { value: ms, selected: ms === 800 }, name)));
  const transport = el("div", { class: "cnn-transport" }, button("Previous step", "‹", () => move(-1)), playButton,
    button("Next step", "›", () => move(1)), range, counter, speed);
  const settings = makeSettings(state.controls ?? [], (name, value) => edit({ geometry: { ...model.get("geometry"), [name]: value }, step: 0 }));
  const editor = makeEditor(view, { root, set: setCell, undo, canUndo: () => past.length > 0, reset, link });
  root.append(el("div", { class: "cnn-bar" }, passes.length > 1 ? directionBar : el("span", { class: "cnn-chosen" }, passes[0].label), viewBar), settings.node, stage, line, totals, live, transport, editor.node);
  host.replaceChildren(root);

  const player = makePlayer(root, () => {
    if (model.get("step") >= steps() - 1) return false;
    change({ step: model.get("step") + 1 });
    return true;
  }, () => {
    const on = player.running;
    view.fast = on && !player.interval; // what nobody could read is not written, and colours do not fade
    root.classList.toggle("cnn-fast", view.fast);
    line.style.height = view.fast ? `${line.offsetHeight}px` : "";
    playButton.setAttribute("aria-label", on ? "Pause" : "Play");
    playButton.textContent = on ? "❚❚" : "▶";
    if (!on) paint(Number(range.value));
  });
  let seen = {}, wanted = 0;

  const onchange = () => { if (!wanted) wanted = requestAnimationFrame(draw); };
  for (const key of ["step", "view", "direction", "edits", "geometry"]) model.on(`change:${key}`, onchange);
  const onhash = () => open(read(location.hash, state.name), true);
  if (model.page) addEventListener("hashchange", onhash);
  if (model.page && state.name) open(read(location.hash, state.name), false);
  draw();
  return () => {
    player.close();
    for (const key of ["step", "view", "direction", "edits", "geometry"]) model.off(`change:${key}`, onchange);
    removeEventListener("hashchange", onhash);
  };

  function steps() { return view.pass.steps.length; }
  function shapeOf(name) { return view.pass.arrays[name]?.shape ?? view.pass.shape; }
  function editable(name) { return state.editable && (name === view.scene.up || name in state.trace.operands); }
  function axisNames(shown) {
    const name = shown === view.pass.out ? view.pass.direction.wrt ?? shown : shown; // dx has the axes of x
    const group = view.scene.rule?.groups.find((g) => name in g.cells) ?? view.scene.rule?.groups[0];
    return (group?.cells[name] ?? group?.out)?.map((dim) => Object.keys(dim.axes)[0]);
  }

  function change(values) {
    for (const key in values) if (model.get(key) !== values[key]) model.set(key, values[key]);
    model.save_changes();
    draw();
    remember();
  }

  // Bring the page up to the state. Only what changed in kind is built again; a step repaints.
  function draw() {
    cancelAnimationFrame(wanted);
    wanted = 0;
    const [edits, geometry, id, faces] = ["edits", "geometry", "direction", "view"].map((key) => model.get(key));
    const direction = passes.find((d) => d.id === id) ?? passes[0];
    const arrays = edits !== seen.edits || geometry !== seen.geometry;
    if (arrays) {
      const scene = build(state, { edits, geometry });
      settings.show(geometry, scene);
      view.scene = scene ?? view.scene ?? build(state, { edits }); // what does not fit is not drawn
    }
    if (arrays || direction !== seen.direction) view.pass = pass(view.scene, direction);
    if (geometry !== seen.geometry || direction !== seen.direction || faces !== seen.faces) mount(faces);
    else if (arrays) refresh(faces);
    if (arrays || direction !== seen.direction || faces !== seen.faces) {
      range.max = steps() - 1;
      directionBar.show(direction.id);
      viewBar.show(faces);
    }
    seen = { edits, geometry, direction, faces };
    paint(Math.min(Math.max(0, model.get("step")), steps() - 1));
  }

  function mount(faces) {
    const held = stage.contains(document.activeElement);
    const names = faces === "all" ? Object.keys(FACES) : [faces in FACES ? faces : "window"];
    view.faces = names.map((name) => FACES[name](view));
    stage.replaceChildren(...view.faces.map((face) => face.node));
    editor.rove(held);
  }

  function refresh(faces) {
    if (view.faces.every((face) => face.refresh)) for (const face of view.faces) face.refresh();
    else mount(faces);
  }

  function paint(step) {
    const values = shown(view.pass, step);
    const maps = litCells(view.pass, step, !view.fast);
    view.lit = (name) => maps[name] ?? new Map();
    for (const face of view.faces) face.update(step, values);
    range.value = step;
    counter.textContent = `${step + 1} of ${steps()}`;
    const words = sentence(view.pass, step, view.fast ? 2 : undefined);
    line.replaceChildren(...asNodes(words));
    root.dataset.step = step;
    sumUp();
    editor.show();
    if (!player.running) announce(words);
  }

  function announce(words = sentence(view.pass, Number(range.value))) { live.textContent = asText(words); }

  // Where nothing weighs the delta, its sum says whether the pass gives away more than it got.
  function sumUp() {
    const p = view.pass;
    const all = (data) => text(tidy(data.reduce((a, b) => a + b, 0), data.reduce((a, b) => a + Math.abs(b), 0)));
    totals.textContent = !p.forward && p.names.length === 1 && p.names[0] === p.up
      ? `sum of ${p.up} = ${all(p.arrays[p.up].data)}, sum of ${p.out} = ${all(p.values)}` : "";
  }

  function move(by) { player.stop(); change({ step: (Number(range.value) + by + steps()) % steps() }); }
  function toggle() {
    if (player.running) return player.stop();
    if (Number(range.value) >= steps() - 1) change({ step: 0 });
    player.start();
  }

  function keys(event) {
    const target = event.target, key = event.key;
    if (event.ctrlKey || event.metaKey || event.altKey || editor.keys(event)) return;
    if (key === " " && !target.matches("button, select, input:not([type=range])")) { event.preventDefault(); toggle(); }
    else if (!target.matches("input, select, [role=gridcell]") && (key === "ArrowRight" || key === "ArrowLeft")) {
      event.preventDefault();
      move(key === "ArrowRight" ? 1 : -1);
    }
  }

  // Light the same cell wherever it is drawn, and the cells it is wired to.
  function hover(event) {
    const cell = event.target.closest?.("[data-operand]");
    unhover();
    if (!cell) return;
    const name = cell.dataset.operand, index = cell.dataset.index;
    const related = relatives(view.pass, name, flatten(index.split(",").map(Number), shapeOf(name)));
    for (const node of stage.querySelectorAll("[data-operand]")) {
      if (node.dataset.operand === name && node.dataset.index === index) node.classList.add("cnn-hot");
      else if (related.has(`${node.dataset.operand}:${node.dataset.index}`)) node.classList.add("cnn-kin");
    }
  }
  function unhover() { for (const node of stage.querySelectorAll(".cnn-hot, .cnn-kin")) node.classList.remove("cnn-hot", "cnn-kin"); }

  // Every change by the reader can be undone; `same` continues the one before.
  function edit(values, same) {
    if (!same) past.push(current());
    player.stop();
    change(values);
  }
  function setCell(name, index, value, same) {
    const edits = model.get("edits");
    edit({ edits: { ...edits, [name]: { ...edits[name], [index]: value } } }, same);
  }
  function undo() { const before = past.pop(); if (before) change(before); }
  function reset() { edit({ edits: {}, geometry: {}, ...state.start }); }

  function current() {
    const [step, v, direction, geometry, edits] = ["step", "view", "direction", "geometry", "edits"].map((k) => model.get(k));
    return { step, view: v, direction, geometry, edits };
  }
  function remember() {
    if (!model.page || !state.name || player.running) return;
    clearTimeout(remember.later);
    remember.later = setTimeout(() => history.replaceState(history.state, "", write(state.name, current())), 250);
  }
  function link() {
    const address = location.href.split("#")[0] + write(state.name, current());
    history.replaceState(history.state, "", address);
    return navigator.clipboard?.writeText(address);
  }
  function open(found, scroll) {
    if (!found) return;
    for (const [key, value] of Object.entries({ ...state.start, ...found })) keep(key, value);
    if (view.pass) draw();
    if (scroll) root.focus({ preventScroll: true });
    const centre = () => root.scrollIntoView({ block: "center" });
    centre();
    globalThis.MathJax?.startup?.promise?.then(centre); // formulas above move the page when they are set
  }
}

// For each array: which cells a step reads or writes, with the factor or the amount to write beside them.
function litCells(p, step, labelled) {
  const maps = Object.fromEntries([...p.names, p.out].map((name) => [name, new Map()]));
  for (const [g, t] of p.steps[step]) {
    const one = term(p, g, t);
    for (const [k, [name, cell]] of one.factors.entries()) {
      const others = one.factors.filter((_, j) => j !== k).reduce((v, [, , x]) => v * x, one.coef);
      const label = labelled && name === p.names[0] && p.by === "out" && !(one.factors.length === 1 && one.coef === 1) ? `×${text(others)}` : "";
      maps[name]?.set(cell, label);
    }
    if (p.by !== "out") maps[p.out].set(one.out, one.value + (maps[p.out].get(one.out) ?? 0));
  }
  if (p.by === "out") maps[p.out].set(step, "");
  else {
    maps[p.up].set(step, "");
    maps[p.out].forEach((v, cell) => maps[p.out].set(cell, v < 0 ? text(v) : `+${text(v)}`));
  }
  return maps;
}

// Every cell that shares a wire with one cell.
function relatives(p, name, flat) {
  const found = new Set();
  const key = (array, cell, shape) => {
    const index = [];
    for (let d = shape.length - 1, rest = cell; d >= 0; d--) { index[d] = rest % shape[d]; rest = Math.floor(rest / shape[d]); }
    return `${array}:${index.join(",")}`;
  };
  for (const g of p.groups) {
    const column = name === p.out ? g.out : g.cells[name];
    column?.forEach((cell, t) => {
      if (cell !== flat || g.coef[t] === 0) return;
      found.add(key(p.out, g.out[t], p.shape));
      for (const other in g.cells) found.add(key(other, g.cells[other][t], p.arrays[other].shape));
    });
  }
  return found;
}
