// A digit that goes down its own gradient: what the network would rather see.
import { snap } from "./digit_link.js";
import { lossOf } from "./net.js";

const STEP = 0.06; // of the largest pixel change
const SURE = 0.9;

/** The next image, or null where the network is sure of the label or nothing pulls. */
export function lower(scene, image, label) {
  const dx = scene.deltas[0].data;
  const most = dx.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  const { p } = lossOf(scene.layers, scene.y);
  if (!most || p[label] > SURE) return null;
  return image.map((v, q) => snap(v - (STEP * dx[q]) / most));
}
