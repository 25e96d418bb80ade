// The address of a state of the explorer; a digit that was drawn stands in it, two signs a pixel.

const STEPS = 240; // a sixteenth is fifteen of them

export const snap = (v) => Math.round(Math.min(1, Math.max(0, v)) * STEPS) / STEPS;

export const packed = (image) =>
  image
    .map((v) =>
      Math.round(v * STEPS)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("");

/** The pixels of an address, or null where it holds none. */
export function unpacked(word, count) {
  if (!word || word.length !== 2 * count || /[^0-9a-f]/.test(word)) return null;
  const pairs = Array.from({ length: count }, (_, q) => word.slice(2 * q, 2 * q + 2));
  return pairs.map((pair) => Math.min(STEPS, Number.parseInt(pair, 16)) / STEPS);
}

/** #tv:explorer:layer=1;cell=9;way=forward;label=5;image=00f0… */
export function explorerAddress(name, { layer, cell, way, label, image }, drawn) {
  const parts = [`layer=${layer}`, `cell=${cell}`, `way=${way}`, `label=${label}`];
  return `#tv:${name}:${parts.join(";")};image=${drawn < 0 ? packed(image) : drawn}`;
}
