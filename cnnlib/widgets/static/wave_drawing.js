// The layers of a network side by side, drawn once in each of three states: quiet, there, back. A
// frame only copies parts of these three pictures.

/** Width and height of the picture in units of its drawing; on a phone some maps are left out. */
export const sizeOf = (narrow) => (narrow ? [520, 300] : [1000, 300]);

const MIDDLE = 140;
const BAR = { wide: 100, high: 20 };
const COLUMNS = [
  { across: 1, cell: 20 },
  { across: 4, cell: 5, gap: 5 },
  { across: 4, cell: 3.6, gap: 3 },
  { across: 4, cell: 5.4, gap: 4 },
  { across: 4, cell: 12, gap: 2 },
];
const FEW = [
  { across: 1, cell: 15 },
  { across: 2, cell: 5.4, gap: 5, most: 8 },
  { across: 2, cell: 6.4, gap: 3, most: 16, layer: 3 },
];

/** Bytes from -127 to 127 as numbers from -1 to 1. */
function unpack(packed) {
  const raw = atob(packed);
  return Array.from(raw, (c) => ((c.charCodeAt(0) << 24) >> 24) / 127);
}

/** Where the maps of every layer stand: how many in a row, how large a cell is. */
function plan(layers, narrow, bar) {
  const columns = narrow && layers.length > 3 ? FEW : layers.map((_, k) => COLUMNS[Math.min(k, 4)]);
  const parts = columns.map(({ across, cell, gap = 0, most = 1000, layer }, k) => {
    const [rows, cols, maps] = layers[layer ?? k].shape;
    const shown = Math.min(maps, most);
    const wide = across * (cols * cell + gap) - gap;
    const high = Math.ceil(shown / across) * (rows * cell + gap) - gap;
    return { at: layer ?? k, across, cell, gap, rows, cols, maps, shown, wide, high };
  });
  const room = (bar - 40 - parts.reduce((sum, { wide }) => sum + wide, 0)) / parts.length;
  let left = 4;
  return parts.map((part) => {
    const place = { ...part, left, top: MIDDLE - part.high / 2 };
    left += part.wide + room;
    return place;
  });
}

/** Fill the cells of one layer; `ink` gives the colour of a value, `inner` leaves their rims. */
function cells(g, place, values, ink, inner = false) {
  const { left, top, across, cell, gap, rows, cols, maps, shown } = place;
  values.forEach((v, q) => {
    const m = q % maps;
    if (m >= shown) return;
    const c = Math.floor(q / maps) % cols;
    const r = Math.floor(q / maps / cols);
    const x = left + (m % across) * (cols * cell + gap) + c * cell;
    const y = top + Math.floor(m / across) * (rows * cell + gap) + r * cell;
    const room = inner && cell > 8 ? cell * 0.3 : 0;
    const size = cell - (cell > 8 ? 1.5 : 0.5) - room;
    const [colour, strength] = ink(v);
    g.globalAlpha = strength;
    g.fillStyle = colour;
    g.fillRect(x + room / 2, y + room / 2, size, size);
    if (v < -0.25 && cell > 8) {
      g.globalAlpha = 1;
      g.fillStyle = palette.page;
      g.fillRect(x + (size + room) / 2 - 2.5, y + (size + room) / 2 - 0.75, 5, 1.5); // the mark of a negative number
    }
  });
  g.globalAlpha = 1;
}

let palette = { page: "#fff" };

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  palette = {
    ink: of("--cnn-ink", "#1c1f24"),
    soft: of("--cnn-soft", "#555c65"),
    line: of("--cnn-line", "#d5d9de"),
    page: of("--cnn-page", "#fff"),
    x: of("--sym-x", "#0d5fae"),
    z: of("--sym-z", "#006c4f"),
    delta: of("--sym-delta", "#951312"),
  };
  return palette;
}

/** Lines that fan out from one layer to the next. */
function wires(g, places, bar, colour, strength) {
  g.strokeStyle = colour;
  g.lineWidth = 0.8;
  g.globalAlpha = strength;
  const ends = [...places, { left: bar - 26, top: MIDDLE - 115, high: 230, wide: 0 }];
  for (let k = 0; k + 1 < ends.length; k++) {
    const [a, b] = [ends[k], ends[k + 1]];
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) {
        const [x1, x2] = [a.left + a.wide + 5, b.left - 5];
        const y1 = a.top + (a.high * (i + 0.5)) / 5;
        const y2 = b.top + (b.high * (j + 0.5)) / 5;
        g.beginPath();
        g.moveTo(x1, y1);
        g.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
        g.stroke();
      }
    }
  }
  g.globalAlpha = 1;
}

function bars(g, { p, label }, bar, way) {
  const high = 23;
  const top = MIDDLE - (p.length * high) / 2;
  g.font = "600 15px system-ui, sans-serif";
  g.textBaseline = "middle";
  p.forEach((v, k) => {
    const y = top + k * high;
    const best = v === Math.max(...p);
    g.fillStyle = k === label ? palette.ink : palette.soft;
    g.textAlign = "right";
    g.fillText(k === label ? `✓ ${k}` : String(k), bar - 6, y + BAR.high / 2);
    if (way === "quiet") return;
    const value = way === "there" ? v : v - Number(k === label);
    g.globalAlpha = way === "there" && !best ? 0.55 : 1;
    g.fillStyle = way === "there" ? palette.z : palette.delta;
    g.fillRect(bar, y + 2, Math.max(1.5, Math.abs(value) * BAR.wide), BAR.high - 4);
    g.globalAlpha = 1;
    if (Math.abs(value) < 0.04) return;
    g.fillStyle = palette.ink;
    g.textAlign = "left";
    const sign = way === "back" ? (value < 0 ? "−" : "+") : "";
    const words = `${sign}${Math.abs(value).toFixed(2)}`;
    g.fillText(words, bar + Math.abs(value) * BAR.wide + 4, y + BAR.high / 2);
  });
}

function caption(g, { loss }, [wide, high], way) {
  g.font = "15px system-ui, sans-serif";
  g.textBaseline = "alphabetic";
  g.textAlign = "left";
  g.fillStyle = palette.soft;
  if (way === "quiet") return;
  g.fillStyle = way === "there" ? palette.z : palette.delta;
  g.fillText(way === "there" ? "the digit" : "what each pixel did to it", 4, high - 8);
  g.textAlign = "right";
  const lost = `loss ${loss.toFixed(2)}`;
  const words =
    way === "there" ? "probabilities" : wide < 600 ? lost : `${lost}, prediction − truth`;
  g.fillText(words, wide - 4, high - 8);
}

/** Draw the three pictures; `show` puts a frame together from them. */
export function drawWave(picture, canvas, scale, narrow) {
  const size = sizeOf(narrow);
  const bar = size[0] - 138;
  const ink = colours();
  const places = plan(picture.layers, narrow, bar);
  const values = picture.layers.map(({ there, back }) => ({
    there: unpack(there),
    back: unpack(back),
  }));
  const layer = (way) => {
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [canvas.width, canvas.height];
    const g = sheet.getContext("2d");
    g.scale(scale, scale);
    const strong = { quiet: 0.1, there: 0.14, back: 0.16 }[way];
    wires(g, places, bar, { quiet: ink.line, there: ink.z, back: ink.delta }[way], strong * 1.6);
    places.forEach((place) => {
      const k = place.at;
      if (way === "back" && !k) cells(g, place, values[0].there, (v) => [ink.soft, 0.12 + 0.5 * v]);
      const front = k ? ink.z : ink.x;
      const shade = {
        quiet: () => [ink.soft, 0.1],
        there: (v) => [front, 0.08 + 0.92 * Math.abs(v)],
        back: (v) => [ink.delta, 0.08 + 0.92 * Math.sqrt(Math.abs(v))],
      }[way];
      cells(g, place, values[k][way === "back" ? "back" : "there"], shade, way === "back" && !k);
    });
    bars(g, picture, bar, way);
    caption(g, picture, size, way);
    return sheet;
  };
  const [quiet, there, back] = ["quiet", "there", "back"].map(layer);
  const g = canvas.getContext("2d");
  return { show };

  function part(sheet, from, to) {
    const [x, wide] = [Math.round(from * canvas.width), Math.round((to - from) * canvas.width)];
    if (wide <= 0) return;
    g.drawImage(sheet, x, 0, wide, canvas.height, x, 0, wide, canvas.height);
  }
  function edge(at, colour) {
    if (at <= 0 || at >= 1) return;
    g.globalAlpha = 0.35;
    g.fillStyle = colour;
    g.fillRect(at * canvas.width - scale, 0, 2 * scale, canvas.height);
    g.globalAlpha = 1;
  }
  function show(forth, home) {
    g.clearRect(0, 0, canvas.width, canvas.height);
    part(quiet, forth, 1);
    part(there, 0, Math.min(forth, 1 - home));
    part(back, 1 - home, 1);
    edge(forth, ink.z);
    edge(1 - home, ink.delta);
  }
}
