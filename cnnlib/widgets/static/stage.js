// The stage: pictures of passes. Where pass, face or numbers change, cells travel; none is drawn anew.
import { makeCells } from "./cells.js";
import { el, role } from "./dom.js";
import { litCells, relatives } from "./highlight.js";
import { matrixFace } from "./matrix.js";
import { boxOf, fly, flyPlate, makeChips, moves, placesOf, travel } from "./motion.js";
import { networkFace } from "./network.js";
import { brief } from "./numbers.js";
import { flatten } from "./rule.js";
import { shown, term } from "./scene.js";
import { sharedTaps } from "./taps.js";
import { windowFace } from "./window.js";

/** @type {Record<string, (view: View, pass: Pass, cells: Cells) => Face>} */
const FACES = { window: windowFace, network: networkFace, matrix: matrixFace };
const CHIPS = 16; // products that fly at once
const COPIES = 300; // entries of a matrix that unfold one by one

/** @typedef {{ name: string, way: number, pass: Pass, cells: Cells, face: Face }} Picture */

/** @param {View} view */
export function makeStage(view) {
  const layer = el("div", { class: "cnn-air", "aria-hidden": "true" });
  const inside = el("div", {});
  const node = el("div", { class: "cnn-stage" }, inside);
  const chips = makeChips(layer);
  /** @type {Picture[]} */
  let pictures = [];
  return {
    node,
    air: layer,
    mount,
    refresh,
    paint,
    between,
    hover,
    unhover,
    pictures: () => pictures,
  };

  /**
   * Show passes in a face; what stood on the stage goes to its new place.
   * @param {string} face
   * @param {Pass[]} passes
   */
  function mount(face, passes) {
    chips.clear();
    const old = pictures.map((one) => ({
      ...one,
      places: leave(one),
      angle: one.cells.plates()[0]?.angle,
    }));
    const names = face === "all" ? Object.keys(FACES) : [face in FACES ? face : "window"];
    const wanted = names.flatMap((name) => passes.map((pass, way) => ({ name, way, pass })));
    const free = new Set(old);
    const take = (/** @type {(one: Picture) => boolean} */ fits) => {
      const found = [...free].find(fits);
      if (found) free.delete(found);
      return found;
    };
    const same = wanted.map((want) =>
      take((one) => one.name === want.name && one.way === want.way),
    );
    const taken = same.map((found, k) => found ?? take((one) => one.way === wanted[k].way));
    pictures = wanted.map((want, k) => draw(want, taken[k]?.cells ?? makeCells(view.editable)));
    inside.replaceChildren(
      ...pictures.flatMap(({ face: { node: one }, pass }) => {
        const { way } = pass.direction;
        return way ? [el("div", { class: "cnn-way" }, way), one] : [one];
      }),
    );
    if (!old.length || !moves()) return;
    pictures.forEach((picture, k) => {
      const from = taken[k] ?? old.find((one) => one.way === picture.way) ?? old[0];
      arrive(picture, from.places, from.angle ?? 0);
    });
  }

  /**
   * @param {{ name: string, way: number, pass: Pass }} want
   * @param {Cells} cells
   * @returns {Picture}
   */
  function draw({ name, way, pass }, cells) {
    cells.begin();
    for (const { node: plate } of cells.plates()) plate.remove();
    return { name, way, pass, cells, face: FACES[name](view, pass, cells) };
  }

  /**
   * Where everything stands before the change.
   * @param {Picture} picture
   */
  function leave({ cells, face }) {
    const places = moves() ? placesOf(cells.all()) : new Map();
    if (!moves()) return places;
    for (const entry of copies(face)) {
      const { key = "" } = entry.dataset;
      if (!places.has(key)) places.set(key, boxOf(entry));
    }
    cells.plates().forEach((plate, k) => places.set(`plate ${k}`, boxOf(plate.node)));
    return places;
  }
  /** @param {Face} face */
  function copies(face) {
    return [
      .../** @type {NodeListOf<HTMLElement>} */ (face.node.querySelectorAll("[data-key]")),
    ].slice(0, COPIES);
  }
  /**
   * @param {Picture} picture
   * @param {Map<string, import("./motion.js").Box>} places
   * @param {number} angle
   */
  function arrive({ cells, face }, places, angle) {
    travel(cells.all(), places);
    for (const arrow of face.node.querySelectorAll(".cnn-arrow")) reverse(arrow);
    for (const entry of copies(face)) {
      const [from, to] = [places.get(entry.dataset.key ?? ""), boxOf(entry)];
      if (from && to) fly(entry, from, to, 600);
    }
    cells.plates().forEach((plate, k) => {
      const from = places.get(`plate ${k}`);
      if (from) flyPlate(plate, from, angle);
    });
  }

  /** @param {Element} arrow */
  function reverse(arrow) {
    const [from, to] = arrow.classList.contains("cnn-back") ? [0, 180] : [180, 0];
    arrow.animate({ rotate: [`${from}deg`, `${to}deg`] }, { duration: 500, easing: "ease-in-out" });
  }

  // Other numbers, the same cells: where a face cannot write them into itself it is built again.
  function refresh() {
    pictures = pictures.map((one) => {
      if (one.face.refresh()) return one;
      const again = draw(one, one.cells);
      one.face.node.replaceWith(again.face.node);
      return again;
    });
  }

  /**
   * Show a step; with `beat` milliseconds to show how it comes about.
   * @param {number} step
   * @param {number} beat
   * @param {boolean} whole the result of every step is shown
   */
  function paint(step, beat, whole) {
    for (const picture of pictures) {
      const { pass, face, cells } = picture;
      const at = Math.min(step, pass.steps.length - 1);
      const lit = litCells(pass, at, view.fast);
      const boxes = beat && moves() ? flights(picture, at) : null;
      face.update(at, whole ? pass.values : shown(pass, at), lit);
      if (!boxes) continue;
      chips.send(boxes, beat);
      if (pass.direction.scatter) for (const plate of cells.plates()) stamp(plate.node, beat);
    }
  }

  /**
   * Between two steps: the plate stands between two windows.
   * @param {number} at
   */
  function between(at) {
    for (const { face, pass } of pictures) {
      const last = pass.steps.length - 1;
      const from = Math.min(Math.floor(at), last);
      face.between?.(from, Math.min(from + 1, last), at - from);
    }
  }

  /**
   * The products of a step, from the cell of the first factor to the cell that adds them up.
   * @param {Picture} picture
   * @param {number} at
   */
  function flights({ pass, cells }, at) {
    const rows = pass.steps[at];
    if (rows.length > CHIPS) return [];
    return rows.flatMap(([group, t]) => {
      const { factors, value, out } = term(pass, group, t);
      const [name, flat] = factors[0] ?? [];
      const [from, to] = [cells.find(name ?? "", flat ?? -1), cells.find(pass.out, out)];
      const [a, b] = [from && boxOf(from.node), to && boxOf(to.node)];
      return a && b && value
        ? [{ from: a, to: b, text: brief(value), colour: role(pass.out) }]
        : [];
    });
  }

  /**
   * @param {HTMLElement} plate
   * @param {number} duration
   */
  function stamp(plate, duration) {
    plate.animate(
      { scale: ["1", "1.2", "1.2", "1"], offset: [0, 0.3, 0.6, 1] },
      { duration, easing: "ease-in-out" },
    );
  }

  /**
   * Light the same cell wherever it is drawn, and the cells it is wired to. A weight is wired to all:
   * of its cells only those of this step.
   * @param {Event} event
   */
  function hover(event) {
    const target = /** @type {Element} */ (event.target);
    const cell = /** @type {HTMLElement | null} */ (target.closest?.("[data-operand]"));
    unhover();
    if (!cell || !node.contains(cell)) return;
    const { operand = "", index = "" } = cell.dataset;
    const flat = flatten(index.split(","), view.shapeOf(operand));
    const related = relatives(view.pass, operand, flat);
    const weight = sharedTaps(view.scene).has(`${operand}:${flat}`);
    for (const one of marked("[data-operand]")) {
      const same = one.dataset.operand === operand && one.dataset.index === index;
      const kin = related.has(`${one.dataset.operand}:${one.dataset.index}`);
      if (same) one.classList.add("cnn-hot");
      else if (kin && (!weight || one.classList.contains("cnn-on"))) one.classList.add("cnn-kin");
    }
  }
  function unhover() {
    for (const one of marked(".cnn-hot, .cnn-kin")) one.classList.remove("cnn-hot", "cnn-kin");
  }
  /**
   * @param {string} what
   * @returns {NodeListOf<HTMLElement>}
   */
  function marked(what) {
    return inside.querySelectorAll(what);
  }
}
