// The play bar: steps, play, and a slider that may stand between two steps.
import { button, el } from "./dom.js";
import { SPEEDS } from "./player.js";

/**
 * @param {{ move(by: number): void, toggle(): void, scrub(at: number): void, speed(interval: number): void }} widget
 */
export function makeTransport({ move, toggle, scrub, speed }) {
  let at = 0;
  const play = button("Play", "▶", toggle, { class: "cnn-play" });
  const range = el("input", {
    type: "range",
    min: 0,
    step: "any",
    "aria-label": "Step",
    oninput: () => scrub(Number(range.value)),
    onkeydown: keys,
  });
  range.addEventListener("change", () => {
    range.value = String(at);
  });
  const counter = el("output", { class: "cnn-counter" });
  const rates = SPEEDS.map(([name, ms]) => el("option", { value: ms, selected: ms === 800 }, name));
  const select = el(
    "select",
    { "aria-label": "Speed", onchange: () => speed(Number(select.value)) },
    rates,
  );
  const node = el(
    "div",
    { class: "cnn-transport" },
    button("Previous step", "‹", () => move(-1)),
    play,
    button("Next step", "›", () => move(1)),
    range,
    counter,
  );
  return { node, speed: select, step: () => at, show, playing };

  /**
   * @param {number} step
   * @param {number} steps
   */
  function show(step, steps) {
    at = Math.min(step, steps - 1);
    range.max = String(steps - 1);
    if (!range.matches(":active")) range.value = String(at); // or it stays between two steps
    counter.textContent = `${at + 1} of ${steps}`;
    range.setAttribute("aria-valuetext", counter.textContent);
  }
  /** @param {boolean} on */
  function playing(on) {
    play.setAttribute("aria-label", on ? "Pause" : "Play");
    play.textContent = on ? "❚❚" : "▶";
  }
  // Keys go from step to step.
  /** @param {KeyboardEvent} event */
  function keys(event) {
    const last = Number(range.max);
    /** @type {Record<string, number>} */
    const to = {
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      Home: 0,
      End: last,
      PageUp: at + Math.ceil(last / 10),
      PageDown: at - Math.ceil(last / 10),
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    scrub(Math.min(last, Math.max(0, to[event.key])));
  }
}
