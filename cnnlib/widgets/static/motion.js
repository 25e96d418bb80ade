// Motion that explains: cells travel to their new places, products to the cell that adds them up.
// Everything is a transform or an opacity; where a reader wants less motion, the same states follow at once.

const still = matchMedia("(prefers-reduced-motion: reduce)");

export const moves = () => !still.matches;

const EASE = "cubic-bezier(.3, .1, .2, 1)";

/** @typedef {{ x: number, y: number, wide: number }} Box */

/**
 * @param {Element} node
 * @returns {Box | null}
 */
export function boxOf(node) {
  if (!node.isConnected) return null;
  const { left, top, width, height } = node.getBoundingClientRect();
  return width ? { x: left + width / 2, y: top + height / 2, wide: width } : null;
}

/**
 * Where cells stand, on the way or at rest.
 * @param {Cell[]} cells
 */
export function placesOf(cells) {
  /** @type {Map<string, Box>} */
  const found = new Map();
  for (const { key, node } of cells) {
    const box = boxOf(node);
    if (box) found.set(key, box);
  }
  return found;
}

/**
 * Let cells travel from where they stood to where they stand now.
 * @param {Cell[]} cells
 * @param {Map<string, Box>} before
 * @param {number} [duration]
 */
export function travel(cells, before, duration = 500) {
  if (!moves()) return;
  const now = placesOf(cells);
  for (const { key, node } of cells) {
    const [from, to] = [before.get(key), now.get(key)];
    if (from && to) fly(node, from, to, duration);
  }
}

/**
 * @param {Element} node
 * @param {Box} from
 * @param {Box} to
 * @param {number} duration
 */
export function fly(node, from, to, duration) {
  const [dx, dy, scale] = [from.x - to.x, from.y - to.y, from.wide / to.wide];
  if (Math.abs(dx) < 1 && Math.abs(dy) < 1 && Math.abs(scale - 1) < 0.02) return;
  const start = `translate(${dx}px, ${dy}px) scale(${scale})`;
  node.animate([{ transform: start }, { transform: "none" }], { duration, easing: EASE });
}

/**
 * The plate goes to another array, and turns on the way if it lies the other way round there.
 * @param {Plate} plate
 * @param {Box} from
 * @param {number} angle before
 */
export function flyPlate(plate, from, angle) {
  const to = boxOf(plate.node);
  if (!to) return;
  const [x, y] = getComputedStyle(plate.node).translate.split(" ").map(Number.parseFloat);
  const start = `${(x || 0) + from.x - to.x}px ${(y || 0) + from.y - to.y}px`;
  const timing = { duration: 600, easing: EASE };
  plate.node.animate(
    { translate: [start, `${x || 0}px ${y || 0}px`], rotate: [`${angle}deg`, `${plate.angle}deg`] },
    timing,
  );
  for (const digit of plate.digits)
    digit.node.animate({ rotate: [`${-angle}deg`, `${-plate.angle}deg`] }, timing);
}

/**
 * Products on their way: small numbers that leave their cells and end in the cell that adds them up.
 * @param {HTMLElement} layer an element that lies over the picture
 */
export function makeChips(layer) {
  /** @type {HTMLElement[]} */
  const pool = [];
  return { send, clear };

  /**
   * @param {{ from: Box, to: Box, text: string, colour: string }[]} flights
   * @param {number} duration
   * @param {number} [landed] the part of the time after which they have arrived
   */
  function send(flights, duration, landed = 0.85) {
    clear();
    if (!moves() || !flights.length) return;
    const { left, top } = layer.getBoundingClientRect();
    flights.forEach(({ from, to, text, colour }, k) => {
      const chip = (pool[k] ??= layer.appendChild(document.createElement("span")));
      chip.className = "cnn-chip";
      chip.textContent = text;
      chip.style.setProperty("--c", colour);
      const at = (/** @type {Box} */ box) =>
        `translate(${box.x - left}px, ${box.y - top}px) translate(-50%, -50%)`;
      chip.animate(
        [
          { transform: at(from), opacity: 0 },
          { transform: at(from), opacity: 1, offset: Math.min(0.2, landed / 3) },
          { transform: at(to), opacity: 1, offset: landed },
          { transform: at(to), opacity: 1, offset: Math.max(landed, 0.9) },
          { transform: at(to), opacity: 0 },
        ],
        { duration, delay: (k * duration) / 20, easing: EASE, fill: "backwards" },
      );
    });
  }
  function clear() {
    for (const chip of pool) for (const one of chip.getAnimations()) one.cancel();
  }
}
