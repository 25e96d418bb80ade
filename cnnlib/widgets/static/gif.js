// An animated GIF of pictures of one size: a palette of their most frequent colours, and LZW.

/**
 * @param {ImageData[]} images
 * @param {number} delay in hundredths of a second
 */
export function makeGif(images, delay) {
  const [wide, high] = [images[0].width, Math.max(...images.map((one) => one.height))];
  const palette = paletteOf(images);
  const near = nearest(palette);
  /** @type {number[]} */
  const out = [...ascii("GIF89a"), ...word(wide), ...word(high), 0xf7, 0, 0];
  for (let k = 0; k < 256; k++) out.push(...bytes(palette[k] ?? 0));
  out.push(0x21, 0xff, 11, ...ascii("NETSCAPE2.0"), 3, 1, 0, 0, 0); // for ever
  for (const image of images) {
    const pixels = new Uint32Array(image.data.buffer);
    const indices = new Uint8Array(wide * high);
    for (let k = 0; k < indices.length; k++)
      indices[k] = near(pixels[Math.min(k, pixels.length - 1)]);
    out.push(
      0x21,
      0xf9,
      4,
      0,
      ...word(delay),
      0,
      0,
      0x2c,
      0,
      0,
      0,
      0,
      ...word(wide),
      ...word(high),
      0,
      8,
    );
    const packed = lzw(indices);
    for (let k = 0; k < packed.length; k += 255) {
      const block = packed.subarray(k, k + 255);
      out.push(block.length);
      for (const one of block) out.push(one);
    }
    out.push(0);
  }
  return Uint8Array.from([...out, 0x3b]);
}

/** @type {(s: string) => number[]} */
const ascii = (s) => [...s].map((c) => c.charCodeAt(0));
/** @type {(n: number) => [number, number]} */
const word = (n) => [n & 255, n >> 8];
/** @type {(colour: number) => [number, number, number]} */
const bytes = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];

/** @param {ImageData[]} images */
function paletteOf(images) {
  /** @type {Map<number, number>} */
  const uses = new Map();
  for (const image of images)
    for (const colour of new Uint32Array(image.data.buffer)) {
      const coarse = colour & 0xf8f8f8;
      uses.set(coarse, (uses.get(coarse) ?? 0) + 1);
    }
  const often = [...uses].sort((a, b) => b[1] - a[1]).slice(0, 256);
  return often.map(([colour]) => colour | ((colour >> 5) & 0x070707));
}

/**
 * @param {number[]} palette
 * @returns {(colour: number) => number}
 */
function nearest(palette) {
  /** @type {Map<number, number>} */
  const known = new Map();
  const colours = palette.map(bytes);
  return (colour) => {
    const found = known.get(colour);
    if (found !== undefined) return found;
    const [r, g, b] = bytes(colour);
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    colours.forEach(([x, y, z], k) => {
      const off = (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2;
      if (off < least) [best, least] = [k, off];
    });
    known.set(colour, best);
    return best;
  };
}

/** @param {Uint8Array} indices of eight bits */
function lzw(indices) {
  const [clear, end] = [256, 257];
  const out = new Uint8Array(indices.length * 2 + 64);
  let [size, next, filled, buffer, length] = [9, 258, 0, 0, 0];
  /** @type {Map<number, number>} */
  let codes = new Map();
  const put = (/** @type {number} */ code) => {
    buffer |= code << filled;
    for (filled += size; filled >= 8; filled -= 8) {
      out[length++] = buffer & 255;
      buffer >>>= 8;
    }
  };
  put(clear);
  let prefix = indices[0];
  for (let k = 1; k < indices.length; k++) {
    const key = (prefix << 8) | indices[k];
    const code = codes.get(key);
    if (code !== undefined) {
      prefix = code;
      continue;
    }
    put(prefix);
    prefix = indices[k];
    if (next < 4096) codes.set(key, next);
    if (next === 1 << size && size < 12) size++;
    if (++next > 4096) {
      put(clear);
      codes = new Map();
      [size, next] = [9, 258];
    }
  }
  put(prefix);
  put(end);
  if (filled) out[length++] = buffer & 255;
  return out.subarray(0, length);
}
