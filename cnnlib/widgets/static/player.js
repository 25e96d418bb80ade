// One clock for every widget of a page; what is off screen waits.

/** @type {Set<{ tick(now: number): void }>} */
const playing = new Set();

/** @param {number} now */
function beat(now) {
  for (const player of playing) player.tick(now);
  if (playing.size) requestAnimationFrame(beat);
}

/** @type {[name: string, milliseconds: number][]} */
export const SPEEDS = [
  ["slow", 1600],
  ["normal", 800],
  ["fast", 250],
  ["full", 0],
];

// A player calls `advance` once per interval while it runs; `advance` returns false at the end.
/**
 * @param {Element} root
 * @param {() => boolean} advance
 * @param {() => void} changed
 */
export function makePlayer(root, advance, changed) {
  let last = 0,
    visible = true;
  const watch = new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
  });
  watch.observe(root);
  const player = {
    interval: 800,
    get running() {
      return playing.has(player);
    },
    start() {
      last = performance.now();
      if (!playing.size) requestAnimationFrame(beat);
      playing.add(player);
      changed();
    },
    stop() {
      if (playing.delete(player)) changed();
    },
    tick(/** @type {number} */ now) {
      if (!root.isConnected) return player.stop();
      if (!visible || now - last < player.interval) return;
      last = now;
      if (!advance()) player.stop();
    },
    told: changed,
    pace(/** @type {number} */ interval) {
      player.interval = interval;
      changed();
    },
    close() {
      playing.delete(player);
      watch.disconnect();
    },
  };
  return player;
}
