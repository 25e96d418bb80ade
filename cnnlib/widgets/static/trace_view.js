// TraceView: one operation, forward and backward, as window, network or matrix, with every number open to change.
import { button, choice, el } from "./dom.js";
import { makeEditor } from "./editor.js";
import { makeKeys } from "./keyboard.js";
import { makePlayer } from "./player.js";
import { makeReading } from "./reading.js";
import { flatten, unflatten } from "./rule.js";
import { build, directions, passesOf } from "./scene.js";
import { makeSettings } from "./settings.js";
import { makeShare } from "./share.js";
import { makeStage } from "./stage.js";
import { makeStore } from "./store.js";
import { makeTransport } from "./transport.js";
import { makeTurning } from "./turning.js";
import { makeView } from "./view.js";

/** @type {[string, string][]} */
const VIEWS = ["Window", "Network", "Matrix", "All"].map((name) => [name.toLowerCase(), name]);

/** @param {Host} host */
export function renderTraceView({ model, el: host }) {
  /** @type {TraceState} */
  const state = model.get("state");
  const passes = directions(state.trace).filter((d) => state.directions.includes(d.id ?? ""));
  const view = makeView(state, passes);
  /** @type {Pass[]} */
  let shownPasses = [];
  /** @type {Record<string, unknown>} */
  let seen = {};
  let painted = -1;

  const root = el("div", {
    class: "cnn-widget cnn-trace",
    "data-widget": "trace-view",
    role: "group",
    "aria-label": state.title,
    tabindex: "-1",
  });
  const stage = makeStage(view);
  const store = makeStore(model, state, {
    draw,
    running: () => player.running,
    stop: () => player.stop(),
    seen: shownFrom,
  });
  const pick = (/** @type {string} */ direction) => {
    player.stop();
    store.change({ direction, step: 0 });
  };
  const directionBar = choice(
    "Direction",
    passes.map((d) => [d.id ?? "", d.label ?? ""]),
    pick,
  );
  const viewBar = choice("View", VIEWS, (v) => store.change({ view: v }));
  const reading = makeReading(view);
  const transport = makeTransport({ move, toggle, scrub, speed: (ms) => player.pace(ms) });
  const settings = state.controls.length ? makeSettings?.(state.controls, setGeometry) : null;
  const turning = state.turn ? makeTurning?.(view, { root, stage, onturn }) : null;
  const editor = makeEditor(view, { root, set: setCell });
  const share = makeShare({ root, state, store, steps, say: editor.say, again: renderTraceView });
  const undo = button("Undo", "Undo", store.undo);
  const actions = el(
    "div",
    { class: "cnn-actions" },
    transport.speed,
    undo,
    button("Reset", "Reset", reset),
    share,
  );
  const more =
    settings &&
    el("details", { class: "cnn-details cnn-extra" }, el("summary", {}, "More"), settings.node);
  const only = el("span", { class: "cnn-chosen" }, passes[0]?.label);
  const hint = state.caption ? ` ${state.caption}` : "";
  const choices = passes.length > 1 ? directionBar : only;
  root.append(
    el("p", { class: "cnn-caption" }, el("b", {}, state.title), hint),
    el("div", { class: "cnn-bar" }, choices, viewBar, more),
    stage.node,
    settings?.warning ?? "",
    turning?.node ?? "",
    ...reading.nodes,
    el("div", { class: "cnn-foot" }, transport.node, actions),
    editor.node,
    stage.air,
  );
  host.replaceChildren(root);
  for (const [event, heard] of Object.entries({
    keydown: makeKeys({ editor: editor.keys, toggle, move, undo: store.undo }),
    pointerover: stage.hover,
    pointerout: stage.unhover,
    focusin: stage.hover,
    focusout: stage.unhover,
    click: choosePixel,
  }))
    root.addEventListener(event, /** @type {EventListener} */ (heard));

  const player = makePlayer(root, advance, played);
  const deaf = store.listen();
  draw();
  return () => {
    player.close();
    turning?.close();
    deaf();
  };

  function steps() {
    return Math.max(...shownPasses.map((p) => p.steps.length));
  }
  // Bring the page up to the state. Only what changed in kind is built again; a step repaints.
  function draw() {
    store.drawn();
    const { edits, geometry, direction: id, view: face, step, angle } = store.current();
    const direction = passes.find((d) => d.id === id) ?? passes[0];
    const arrays = edits !== seen.edits || geometry !== seen.geometry;
    const turned = direction !== seen.direction;
    const bent = angle < 90 !== seen.bent;
    if (arrays) rebuild(edits, geometry);
    if (arrays || turned || bent) {
      const bend = turning && ((/** @type {Pass} */ p) => turning.bend(p, angle));
      shownPasses = passesOf(view.scene, direction, shownPasses, bend);
      view.pass = shownPasses[shownPasses.length - 1];
    }
    if (geometry !== seen.geometry || turned || face !== seen.face) mount(face);
    else if (arrays || bent) refresh();
    transport.show(Math.max(0, step), steps());
    directionBar.show(direction.id);
    viewBar.show(face);
    seen = { edits, geometry, direction, face, bent: angle < 90 };
    paint(Math.min(Math.max(0, step), steps() - 1));
  }
  /**
   * @param {Edits} edits
   * @param {Geometry} geometry
   */
  function rebuild(edits, geometry) {
    const scene = build(state, { edits, geometry }, view.scene);
    const fits = typeof scene !== "string";
    settings?.show(geometry, fits ? "" : scene);
    if (fits)
      view.scene = scene; // what does not fit is not drawn
    else if (!view.scene) view.scene = /** @type {Scene} */ (build(state, { edits }));
  }
  /** @param {string} face */
  function mount(face) {
    const held = holds();
    turning?.clear();
    stage.mount(face, shownPasses);
    painted = -1;
    editor.rove(held);
  }

  function refresh() {
    const held = holds();
    stage.refresh();
    if (held && !holds()) editor.rove(true); // a face has been drawn again
  }
  // Whether the focus is on the stage, in the page or in a shadow within it.
  function holds() {
    const { activeElement } = /** @type {Document} */ (root.getRootNode());
    return stage.node.contains(activeElement);
  }

  /** @param {number} step */
  function paint(step) {
    const beat = painted >= 0 && painted !== step && !view.fast ? pace() : 0;
    if (painted !== step) turning?.clear();
    painted = step;
    const whole = Boolean(turning?.applies(view.pass));
    stage.paint(step, beat, whole);
    reading.show(shownPasses, step, player.running);
    root.dataset.step = String(step);
    turning?.show(
      view.pass,
      store.current().angle,
      whole ? (view.pass.unbent ?? view.pass).values : null,
    );
    undo.disabled = !store.canUndo();
    editor.show();
  }
  // How long a step may take to come about: part of the time until the next.
  function pace() {
    const beat = player.running ? Math.min(600, player.interval * 0.6) : 600;
    root.style.setProperty("--move", `${beat}ms`);
    return beat;
  }

  function advance() {
    if (model.get("step") >= steps() - 1) return false;
    store.change({ step: model.get("step") + 1 });
    return true;
  }
  function played() {
    const on = player.running;
    view.fast = on && !player.interval; // what nobody could read is not written, and nothing moves between
    root.classList.toggle("cnn-fast", view.fast);
    reading.hold();
    transport.playing(on);
    if (!on) paint(transport.step());
  }
  /** @param {number} by */
  function move(by) {
    player.stop();
    store.change({ step: (transport.step() + by + steps()) % steps() });
  }
  function toggle() {
    if (player.running) return player.stop();
    const ended = transport.step() >= steps() - 1;
    player.start(); // first, so that at full speed the first step is painted like the others
    if (ended) store.change({ step: 0 });
  }
  /**
   * A place between two steps shows the plate between two windows.
   * @param {number} at
   */
  function scrub(at) {
    player.stop();
    root.classList.add("cnn-held");
    store.change({ step: Math.round(at) });
    stage.between(at);
    requestAnimationFrame(() => root.classList.remove("cnn-held"));
  }
  /**
   * @param {string} name
   * @param {string} index
   * @param {number} value
   * @param {boolean} [same]
   */
  function setCell(name, index, value, same) {
    const edits = model.get("edits");
    store.edit({ edits: { ...edits, [name]: { ...edits[name], [index]: value } } }, same);
  }
  /**
   * Another window keeps the reader's place, as far as it is still there.
   * @param {string} name
   * @param {number | string} value
   */
  function setGeometry(name, value) {
    const { over, steps: all } = view.pass;
    const at = unflatten(Math.min(transport.step(), all.length - 1), over);
    store.edit({ geometry: { ...model.get("geometry"), [name]: value } });
    const now = view.pass.over;
    if (String(now) === String(over)) return;
    store.change({
      step: flatten(
        at.map((i, d) => Math.min(i, now[d] - 1)),
        now,
      ),
    });
  }
  function reset() {
    settings?.reset();
    store.reset();
  }
  /**
   * @param {number} angle
   * @param {boolean} same
   */
  function onturn(angle, same) {
    player.stop();
    if (same) root.classList.add("cnn-held");
    store.change({ angle });
    requestAnimationFrame(() => root.classList.remove("cnn-held"));
  }
  // The story of a pixel takes the place of the step's own motion.
  /** @param {Event} event */
  function choosePixel(event) {
    const step = turning?.chosen(view.pass, event) ?? -1;
    if (step < 0) return;
    player.stop();
    painted = -1;
    store.change({ step, angle: 180 });
    turning?.tell(view.pass, step);
  }

  /** @param {boolean} scroll */
  function shownFrom(scroll) {
    if (view.pass) draw();
    if (scroll) root.focus({ preventScroll: true });
    const centre = () => root.scrollIntoView({ block: "center" });
    centre();
    addEventListener("load", centre, { once: true }); // what stands above may have come late
  }
}
