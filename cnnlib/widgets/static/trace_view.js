// TraceView: one operation, forward and backward, as window, network or matrix, with every number open to change.
import { button, choice, el } from "./dom.js";
import { makeEditor } from "./editor.js";
import { litCells, relatives } from "./highlight.js";
import { read, write } from "./link.js";
import { matrixFace } from "./matrix.js";
import { networkFace } from "./network.js";
import { text } from "./numbers.js";
import { makePlayer, SPEEDS } from "./player.js";
import { flatten, unflatten } from "./rule.js";
import { build, directions, pass, shown } from "./scene.js";
import { asNodes, asText, sentence } from "./equation.js";
import { makeSettings } from "./settings.js";
import { tidy } from "./table.js";
import { windowFace } from "./window.js";

const FACES = { window: windowFace, network: networkFace, matrix: matrixFace };
const VIEWS = [
  ["window", "Window"],
  ["network", "Network"],
  ["matrix", "Matrix"],
  ["all", "All"],
];
const KEYS = ["step", "view", "direction", "geometry", "edits"];

export function renderTraceView({ model, el: host }) {
  const state = model.get("state");
  const passes = directions(state.trace).filter((d) => state.directions.includes(d.id));
  const past = []; // what Undo returns to
  const view = { scene: null, pass: null, axisNames, shapeOf, editable };
  let shownPasses = [],
    faces = [],
    seen = {},
    wanted = 0,
    saving = 0;

  const root = el("div", {
    class: "cnn-widget cnn-trace",
    "data-widget": "trace-view",
    role: "group",
    "aria-label": state.title,
    tabindex: "-1",
    onkeydown: keys,
    onpointerover: hover,
    onpointerout: unhover,
    onfocusin: hover,
    onfocusout: unhover,
  });
  const directionBar = choice(
    "Direction",
    passes.map((d) => [d.id, d.label]),
    (direction) => {
      player.stop();
      change({ direction, step: 0 });
    },
  );
  const viewBar = choice("View", VIEWS, (v) => change({ view: v }));
  const stage = el("div", { class: "cnn-stage" });
  const line = el("p", { class: "cnn-sentence" });
  const totals = el("p", { class: "cnn-totals" });
  const live = el("p", { class: "cnn-live", "aria-live": "polite" });
  const playButton = button("Play", "▶", toggle, { class: "cnn-play" });
  const range = el("input", {
    type: "range",
    min: 0,
    "aria-label": "Step",
    oninput: () => {
      player.stop();
      change({ step: Number(range.value) });
    },
  });
  const counter = el("output", { class: "cnn-counter" });
  const speed = el(
    "select",
    {
      "aria-label": "Speed",
      onchange: () => {
        player.interval = Number(speed.value);
        player.told();
      },
    },
    SPEEDS.map(([name, ms]) => el("option", { value: ms, selected: ms === 800 }, name)),
  );
  const transport = el(
    "div",
    { class: "cnn-transport" },
    button("Previous step", "‹", () => move(-1)),
    playButton,
    button("Next step", "›", () => move(1)),
    range,
    counter,
    speed,
  );
  const settings = makeSettings?.(state.controls, setGeometry);
  const editor = makeEditor(view, {
    root,
    set: setCell,
    undo,
    canUndo: () => past.length > 0,
    reset,
    link,
  });
  root.append(
    el(
      "div",
      { class: "cnn-bar" },
      passes.length > 1 ? directionBar : el("span", { class: "cnn-chosen" }, passes[0].label),
      viewBar,
    ),
    settings?.node ?? "",
    stage,
    line,
    totals,
    live,
    transport,
    editor.node,
  );
  host.replaceChildren(root);

  const player = makePlayer(
    root,
    () => {
      if (model.get("step") >= steps() - 1) return false;
      change({ step: model.get("step") + 1 });
      return true;
    },
    () => {
      const on = player.running;
      view.fast = on && !player.interval; // what nobody could read is not written, and colours do not fade
      root.classList.toggle("cnn-fast", view.fast);
      line.style.height = view.fast ? `${line.offsetHeight}px` : "";
      playButton.setAttribute("aria-label", on ? "Pause" : "Play");
      playButton.textContent = on ? "❚❚" : "▶";
      if (!on) paint(Number(range.value));
    },
  );

  const onchange = () => {
    wanted ||= requestAnimationFrame(draw);
  };
  const onhash = () => open(read(location.hash, state.name), true);
  for (const key of KEYS) model.on(`change:${key}`, onchange);
  if (model.page) {
    addEventListener("hashchange", onhash);
    if (state.name) open(read(location.hash, state.name));
  }
  draw();
  return () => {
    player.close();
    for (const key of KEYS) model.off(`change:${key}`, onchange);
    removeEventListener("hashchange", onhash);
  };

  function steps() {
    return Math.max(...shownPasses.map((p) => p.steps.length));
  }
  function shapeOf(name) {
    return view.pass.arrays[name]?.shape ?? view.pass.shape;
  }
  function editable(name) {
    return state.editable && (name === view.scene.up || name in state.trace.operands);
  }
  function axisNames(p, drawn) {
    const name = drawn === p.out ? (p.direction.wrt ?? drawn) : drawn; // dx has the axes of x
    const groups = view.scene.rule?.groups,
      group = groups?.find((g) => name in g.cells) ?? groups?.[0];
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
    const { edits, geometry, direction: id, view: face, step } = current();
    const direction = passes.find((d) => d.id === id) ?? passes[0];
    const arrays = edits !== seen.edits || geometry !== seen.geometry,
      turned = direction !== seen.direction;
    if (arrays) {
      const scene = build(state, { edits, geometry }, view.scene),
        fits = typeof scene !== "string";
      settings?.show(geometry, fits ? "" : scene);
      if (fits || !view.scene) view.scene = fits ? scene : build(state, { edits }); // what does not fit is not drawn
    }
    if (arrays || turned) {
      const readings = direction.both ? passesOf(direction) : [direction];
      shownPasses = readings.map((d, k) => {
        // the faces hold on to a pass that has other numbers now
        const last = shownPasses[k],
          now = pass(view.scene, d, last);
        return last?.direction === d ? Object.assign(last, now) : now;
      });
      view.pass = shownPasses.at(-1);
    }
    if (geometry !== seen.geometry || turned || face !== seen.face) mount(face);
    else if (arrays) refresh(face);
    range.max = steps() - 1;
    directionBar.show(direction.id);
    viewBar.show(face);
    seen = { edits, geometry, direction, face };
    paint(Math.min(Math.max(0, step), steps() - 1));
  }

  // The same gradient read in two ways, on the same numbers.
  function passesOf(direction) {
    return (direction.readings ??= [
      { wrt: direction.wrt, scatter: true, way: "scatter" },
      { wrt: direction.wrt, way: "gather" },
    ]);
  }

  function mount(face) {
    const held = stage.contains(root.getRootNode().activeElement); // the page, or a shadow within it
    const names = face === "all" ? Object.keys(FACES) : [face in FACES ? face : "window"];
    faces = names.flatMap((name) =>
      shownPasses.map((p) => ({ p, way: p.direction.way, ...FACES[name](view, p) })),
    );
    stage.replaceChildren(
      ...faces.flatMap(({ node, way }) =>
        way ? [el("div", { class: "cnn-way" }, way), node] : [node],
      ),
    );
    editor.rove(held);
  }

  function refresh(face) {
    if (faces.some((one) => !one.refresh)) return mount(face);
    for (const one of faces) one.refresh();
  }

  function paint(step) {
    const words = [];
    for (const p of shownPasses) {
      const at = Math.min(step, p.steps.length - 1),
        values = shown(p, at),
        lit = litCells(p, at, view.fast);
      for (const face of faces) if (face.p === p) face.update(at, values, lit);
      words.push([
        ...(p.direction.way ? [`${p.direction.way}: `] : []),
        ...sentence(p, at, view.fast ? 2 : undefined),
      ]);
    }
    range.value = step;
    counter.textContent = `${step + 1} of ${steps()}`;
    line.replaceChildren(...words.flatMap((one, k) => [k ? el("br") : "", ...asNodes(one)]));
    root.dataset.step = step;
    sumUp();
    editor.show();
    if (!player.running) live.textContent = words.map(asText).join("; ");
  }

  // Where nothing weighs the delta, its sum says whether the pass gives away more than it got.
  function sumUp() {
    const p = view.pass;
    const all = (data) =>
      text(
        tidy(
          data.reduce((a, b) => a + b, 0),
          data.reduce((a, b) => a + Math.abs(b), 0),
        ),
      );
    totals.textContent =
      !p.forward && String(p.names) === p.up
        ? `sum of ${p.up} = ${all(p.arrays[p.up].data)}, sum of ${p.out} = ${all(p.values)}`
        : "";
  }

  function move(by) {
    player.stop();
    change({ step: (Number(range.value) + by + steps()) % steps() });
  }
  function toggle() {
    if (player.running) return player.stop();
    const ended = Number(range.value) >= steps() - 1;
    player.start(); // first, so that at full speed the first step is painted like the others
    if (ended) change({ step: 0 });
  }

  function keys(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || editor.keys(event)) return;
    if (key === " " && !target.matches("button, select, input:not([type=range])")) {
      event.preventDefault();
      toggle();
    } else if (
      !target.matches("input, select, [role=gridcell]") &&
      (key === "ArrowRight" || key === "ArrowLeft")
    ) {
      event.preventDefault();
      move(key === "ArrowRight" ? 1 : -1);
    }
  }

  // Light the same cell wherever it is drawn, and the cells it is wired to.
  function hover(event) {
    const cell = event.target.closest?.("[data-operand]");
    unhover();
    if (!cell) return;
    const { operand, index } = cell.dataset;
    const related = relatives(view.pass, operand, flatten(index.split(","), shapeOf(operand)));
    for (const node of stage.querySelectorAll("[data-operand]")) {
      const same = node.dataset.operand === operand && node.dataset.index === index;
      if (same || related.has(`${node.dataset.operand}:${node.dataset.index}`))
        node.classList.add(same ? "cnn-hot" : "cnn-kin");
    }
  }
  function unhover() {
    for (const node of stage.querySelectorAll(".cnn-hot, .cnn-kin"))
      node.classList.remove("cnn-hot", "cnn-kin");
  }

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
  // Another window keeps the reader's place, as far as it is still there.
  function setGeometry(name, value) {
    const { over } = view.pass,
      at = unflatten(Math.min(Number(range.value), view.pass.steps.length - 1), over);
    edit({ geometry: { ...model.get("geometry"), [name]: value } });
    const now = view.pass.over;
    if (String(now) !== String(over))
      change({
        step: flatten(
          at.map((i, d) => Math.min(i, now[d] - 1)),
          now,
        ),
      });
  }
  function undo() {
    const before = past.pop();
    if (before) change(before);
  }
  function reset() {
    edit({ edits: {}, geometry: {}, ...state.start });
  }

  function current() {
    return Object.fromEntries(KEYS.map((key) => [key, model.get(key)]));
  }
  function remember() {
    if (!model.page || !state.name || player.running) return;
    clearTimeout(saving);
    saving = setTimeout(
      () => history.replaceState(history.state, "", write(state.name, current())),
      250,
    );
  }
  function link() {
    const address = location.href.split("#")[0] + write(state.name, current());
    history.replaceState(history.state, "", address);
    return navigator.clipboard?.writeText(address);
  }
  function open(found, scroll) {
    if (!found) return;
    for (const [key, value] of Object.entries({ ...state.start, ...found })) model.set(key, value);
    model.save_changes();
    if (view.pass) draw();
    if (scroll) root.focus({ preventScroll: true });
    const centre = () => root.scrollIntoView({ block: "center" });
    centre();
    addEventListener("load", centre, { once: true }); // what stands above may have come late
  }
}
