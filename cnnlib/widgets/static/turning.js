// The turning kernel: a handle turns the plate over delta by hand. Half way round and further, a gather
// meets the taps as it has to; before, the page computes what the kernel would give as it lies there.
import { isTurned } from "./alignment.js";
import { el, role } from "./dom.js";
import { boxOf, makeChips, moves } from "./motion.js";
import { text } from "./numbers.js";
import { count, flatten, unflatten } from "./rule.js";
import { rowsBy, sums } from "./table.js";
import { tapColour } from "./taps.js";

/**
 * @param {View} view
 * @param {{ root: HTMLElement, stage: ReturnType<typeof import("./stage.js").makeStage>, onturn: (angle: number, same: boolean) => void }} widget
 */
export function makeTurning(view, { root, stage, onturn }) {
  const range = el("input", {
    type: "range",
    min: 0,
    max: 180,
    step: 1,
    "aria-label": "Turn",
    oninput: () => onturn(Number(range.value), true),
  });
  const words = el("output", { class: "cnn-turned" });
  const button = el("button", { type: "button", onclick: () => swing() }, "Turn the plate");
  const node = el("div", { class: "cnn-turn", hidden: true }, button, range, words);
  const handle = el(
    "span",
    {
      class: "cnn-handle",
      "data-part": "handle",
      "aria-hidden": "true",
      onpointerdown: grab,
      onpointermove: drag,
      onpointerup: drop,
      onpointercancel: drop,
    },
    "↻",
  );
  const layer = el("div", { class: "cnn-air", "aria-hidden": "true" });
  const wires = el("svg", { class: "cnn-pull", "aria-hidden": "true" });
  stage.node.prepend(wires);
  root.append(layer);
  const chips = makeChips(layer);
  const watch = new ResizeObserver(() => wires.replaceChildren());
  watch.observe(stage.node);
  let held = 0; // the pointer's direction, less the plate's angle, while the handle is held
  let holding = false;
  return {
    node,
    applies,
    chosen,
    bend,
    show,
    tell,
    clear: () => wires.replaceChildren(),
    close: () => watch.disconnect(),
  };

  /**
   * The step of the pixel that was clicked, −1 where it was anything else.
   * @param {Pass} pass
   * @param {Event} event
   */
  function chosen(pass, event) {
    const target = /** @type {Element} */ (event.target);
    const cell = /** @type {HTMLElement | null} */ (target.closest("[role=gridcell][data-index]"));
    const { operand, index = "" } = cell?.dataset ?? {};
    return applies(pass) && operand === pass.out ? flatten(index.split(","), pass.shape) : -1;
  }

  /** @param {Pass} pass */
  function applies({ direction, names }) {
    return Boolean(
      direction.wrt && !direction.scatter && names.length > 1 && isTurned(view.scene, direction),
    );
  }

  /**
   * The pass as the kernel gives it that lies there unturned: each place of the window meets the
   * tap on the other side of the kernel's centre.
   * @param {Pass} pass
   * @param {number} angle
   * @returns {Pass}
   */
  function bend(pass, angle) {
    if (!applies(pass) || angle >= 90) return pass;
    const partner = pass.names[1];
    const { shape, data } = pass.arrays[partner];
    const across = Array.from(data, (_, flat) => flatten(opposite(unflatten(flat, shape)), shape));
    const groups = pass.groups.map((group) => {
      if (!(partner in group.cells)) return group;
      return {
        ...group,
        cells: { ...group.cells, [partner]: group.cells[partner].map((flat) => across[flat]) },
      };
    });
    const size = count(pass.shape);
    return {
      ...pass,
      groups,
      steps: rowsBy(groups, "out", size),
      values: sums(groups, pass.arrays, size),
    };

    /** @param {number[]} index */
    function opposite(index) {
      const { out, cells } = /** @type {Rule} */ (view.scene.rule).groups[0];
      const mixed = cells[pass.direction.wrt ?? ""].filter(
        (dim) => Object.keys(dim.axes).length > 1,
      );
      const has = (/** @type {AffineIndex[]} */ dims, /** @type {string} */ axis) =>
        dims.some((dim) => axis in dim.axes);
      return index.map((i, d) => {
        const [axis] = Object.keys(cells[partner][d].axes);
        return has(mixed, axis) && !has(out, axis) ? shape[d] - 1 - i : i; // a tap
      });
    }
  }

  /**
   * Turn the plate on screen, and mark what it gets wrong.
   * @param {Pass} pass
   * @param {number} angle
   * @param {Float64Array | null} right the numbers of the kernel turned as it has to be
   */
  function show(pass, angle, right) {
    const on = right !== null;
    node.hidden = !on;
    if (!on) {
      handle.remove();
      delete root.dataset.angle;
      return;
    }
    root.dataset.angle = String(angle);
    range.value = String(angle);
    button.textContent = angle >= 90 ? "Turn it back" : "Turn the plate";
    let wrong = 0;
    for (const { cells, pass: drawn } of stage.pictures()) {
      if (drawn !== pass) continue;
      pass.values.forEach((value, flat) => {
        const off = Math.abs(value - right[flat]) > 1e-9 * Math.max(1, Math.abs(right[flat]));
        wrong += Number(off);
        cells.find(pass.out, flat)?.node.toggleAttribute("data-wrong", off);
      });
      const [plate] = cells.plates();
      for (const one of cells.plates()) {
        one.angle = angle;
        one.node.style.setProperty("--angle", `${angle}deg`);
      }
      if (plate && handle.parentElement !== plate.node) plate.node.append(handle);
    }
    const near = angle < 90 ? 0 : 180;
    const counted = angle === near ? "" : `, counted as ${near}°`; // between them it fits nowhere
    const verdict = wrong ? `${wrong} of ${right.length} numbers wrong` : "every number right";
    words.textContent = `${angle}°${counted}: ${verdict}`;
    range.setAttribute("aria-valuetext", words.textContent);
  }

  // Half a turn, 600 milliseconds as the style sheet has it.
  function swing() {
    root.classList.remove("cnn-held");
    onturn(Number(range.value) >= 90 ? 0 : 180, false);
  }

  /** @param {PointerEvent} event */
  function direction({ clientX, clientY }) {
    const box = handle.parentElement && boxOf(handle.parentElement);
    return box ? (Math.atan2(clientY - box.y, clientX - box.x) * 180) / Math.PI : 0;
  }
  /** @param {PointerEvent} event */
  function grab(event) {
    handle.setPointerCapture(event.pointerId);
    held = direction(event) - Number(range.value);
    holding = true;
    root.classList.add("cnn-held");
    event.preventDefault();
    event.stopPropagation();
  }
  /** @param {PointerEvent} event */
  function drag(event) {
    if (!holding) return;
    const turn = ((((direction(event) - held) % 360) + 450) % 360) - 90; // −90 to 270
    onturn(Math.round(Math.min(180, Math.max(0, turn))), true);
    event.stopPropagation();
  }
  function drop() {
    holding = false;
    root.classList.remove("cnn-held");
  }

  /**
   * A pixel is chosen: its wires light up and pull their weights over delta; then the plate comes as
   * it is, turns half round, and fits them.
   * @param {Pass} pass
   * @param {number} step
   */
  function tell(pass, step) {
    const picture = stage.pictures().find((one) => one.pass === pass && one.name === "window");
    const target = picture?.cells.find(pass.out, step);
    if (!picture || !target) return;
    const [first, partner] = pass.names;
    const corner = stage.node.getBoundingClientRect();
    const pulls = pass.steps[step].flatMap(([group, t]) => {
      const from = picture.cells.find(first, group.cells[first]?.[t] ?? -1);
      const weight = picture.cells.find(partner, group.cells[partner]?.[t] ?? -1);
      const [a, w, b] = [from, weight, target].map((cell) => cell && boxOf(cell.node));
      return a && w && b ? [{ a, w, b, flat: group.cells[partner][t] }] : [];
    });
    const colour = (/** @type {number} */ flat) =>
      tapColour(view.scene, partner, flat) || role(partner);
    wires.replaceChildren(
      ...pulls.map(({ a, b, flat }) =>
        el("line", {
          x1: a.x - corner.left,
          y1: a.y - corner.top,
          x2: b.x - corner.left,
          y2: b.y - corner.top,
          style: `stroke:${colour(flat)}`,
        }),
      ),
    );
    if (!moves()) return;
    const flights = pulls.map(({ a, w, flat }) => {
      const value = pass.arrays[partner].data[flat];
      const to = { ...a, y: a.y - a.wide * 0.32 };
      return { from: w, to, text: text(value), colour: colour(flat) };
    });
    chips.send(flights, 2300, 0.3);
    const home = pulls.length ? centreOf(pulls.map((one) => one.w)) : null;
    const [plate] = picture.cells.plates();
    if (home && plate) come(plate, home);
  }

  /** @param {import("./motion.js").Box[]} boxes */
  function centreOf(boxes) {
    const [xs, ys] = [boxes.map((one) => one.x), boxes.map((one) => one.y)];
    const middle = (/** @type {number[]} */ all) => (Math.min(...all) + Math.max(...all)) / 2;
    return { x: middle(xs), y: middle(ys), wide: 1 };
  }

  /**
   * The plate leaves the kernel's place as it lies there, and turns over delta.
   * @param {Plate} plate
   * @param {import("./motion.js").Box} home
   */
  function come(plate, home) {
    const { angle } = plate;
    const to = boxOf(plate.node);
    if (!to) return;
    const style = getComputedStyle(plate.node);
    const [x, y] = style.translate.split(" ").map((one) => Number.parseFloat(one) || 0);
    const away = `${x + home.x - to.x}px ${(y || 0) + home.y - to.y}px`;
    const there = `${x}px ${y || 0}px`;
    const timing = {
      duration: 1300,
      delay: 900,
      easing: "ease-in-out",
      fill: /** @type {const} */ ("backwards"),
    };
    const rotate = ["0deg", "0deg", `${angle}deg`];
    const back = ["0deg", "0deg", `${-angle}deg`];
    const offset = [0, 0.54, 1];
    plate.node.animate(
      { translate: [away, there, there], rotate, opacity: [0.4, 1, 1], offset },
      timing,
    );
    for (const { node: digit } of plate.digits) digit.animate({ rotate: back, offset }, timing);
  }
}
