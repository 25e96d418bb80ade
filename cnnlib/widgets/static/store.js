// The state of a TraceView: what the model holds, what Undo returns to, and what the address bar says.
import { read, write } from "./link.js";

const KEYS = ["step", "view", "direction", "geometry", "edits", "angle"];

/** @typedef {{ step: number, view: string, direction: string, geometry: Geometry, edits: Edits, angle: number }} Shown */

/**
 * @param {Model} model
 * @param {TraceState} state
 * @param {{ draw(): void, running(): boolean, stop(): void, seen(scroll: boolean): void }} widget
 */
export function makeStore(model, state, widget) {
  /** @type {Shown[]} */
  const past = [];
  let wanted = 0;
  let saving = 0;
  const later = () => {
    wanted ||= requestAnimationFrame(widget.draw);
  };
  const follow = () => open(read(location.hash, state.name, ["step", "angle"]), true);
  return {
    current,
    change,
    edit,
    undo,
    canUndo: () => past.length > 0,
    reset,
    address,
    listen,
    drawn,
  };

  // Traits may change from elsewhere, and the address may name a state.
  function listen() {
    for (const key of KEYS) model.on(`change:${key}`, later);
    if (model.page) {
      addEventListener("hashchange", follow);
      if (state.name) open(read(location.hash, state.name, ["step", "angle"]), false);
    }
    return () => {
      for (const key of KEYS) model.off(`change:${key}`, later);
      removeEventListener("hashchange", follow);
    };
  }
  function drawn() {
    cancelAnimationFrame(wanted);
    wanted = 0;
  }
  /** @returns {Shown} */
  function current() {
    const values = Object.fromEntries(KEYS.map((key) => [key, model.get(key)]));
    return /** @type {Shown} */ (values);
  }
  /** @param {Partial<Shown>} values */
  function change(values) {
    for (const [key, value] of Object.entries(values))
      if (model.get(key) !== value) model.set(key, value);
    model.save_changes();
    widget.draw();
    remember();
  }
  /**
   * Every change by the reader can be undone; `same` continues the one before.
   * @param {Partial<Shown>} values
   * @param {boolean} [same]
   */
  function edit(values, same) {
    if (!same) past.push(current());
    widget.stop();
    change(values);
  }
  function undo() {
    const before = past.pop();
    if (before) change(before);
  }
  function reset() {
    edit({ edits: {}, geometry: {}, ...state.start });
  }
  function remember() {
    if (!model.page || !state.name || widget.running()) return;
    clearTimeout(saving);
    saving = window.setTimeout(() => history.replaceState(history.state, "", here()), 250);
  }
  function here() {
    const { angle, ...rest } = current();
    return write(state.name, state.turn ? { ...rest, angle } : rest);
  }
  // The address of what is shown; it stands in the address bar, too.
  function address() {
    const whole = location.href.split("#")[0] + here();
    history.replaceState(history.state, "", whole);
    return whole;
  }
  /**
   * @param {Partial<Shown> | null} found
   * @param {boolean} scroll
   */
  function open(found, scroll) {
    if (!found) return;
    for (const [key, value] of Object.entries({ ...state.start, ...found })) model.set(key, value);
    model.save_changes();
    widget.seen(scroll);
  }
}
