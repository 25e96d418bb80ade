// Where the cells of an array stand when a window slides, and which zeros stand between and around them.
// A sliding index u = s*i + d*a - p ties three arrays together; each pass spaces them out by s or d.
import { cellAt, unflatten } from "./rule.js";

const spaced = (size, by = 1, from = 0) => Array.from({ length: size }, (_, i) => i * by + from);

const dimOf = (dims, axis) => dims.findIndex((dim) => axis in dim.axes);

// The sliding indices of the rule: which operand they index, and the axes of output and taps in them.
function slides(scene) {
  return (scene.slides ??= slidesOf(scene));
}

function slidesOf(scene) {
  if (!scene.rule) return [];
  const [group] = scene.rule.groups;
  return Object.entries(group.cells).flatMap(([name, dims]) =>
    dims.flatMap((dim, d) => {
      const axes = Object.keys(dim.axes),
        [i, more] = axes.filter((axis) => dimOf(group.out, axis) >= 0);
      const [a, other] = axes.filter((axis) => dimOf(group.out, axis) < 0);
      const s = Math.abs(dim.axes[i]);
      if (!i || more || other || (!a && s === 1 && !dim.pad[0] && !dim.pad[1])) return [];
      const c = a ? dim.axes[a] : 1,
        taps = a ? scene.sizes[a] : 1;
      return [
        {
          name,
          d,
          i,
          a,
          s,
          c,
          pad: dim.pad,
          size: scene.operands[name].shape[d],
          taps,
          span: (taps - 1) * Math.abs(c),
          o: dimOf(group.out, i),
        },
      ];
    }),
  );
}

// The frame of one array along one of its axes (d) in a pass, or nothing where it lies close and bare.
export function frame(scene, p, name, d, size) {
  const { wrt, scatter } = p.direction;
  const isUp = name === scene.up || name === scene.out;
  for (const s of slides(scene)) {
    const collects = wrt === s.name && !scatter;
    if (
      (name === s.name || name === `d${s.name}`) &&
      s.d === d &&
      (!wrt || scatter || wrt !== s.name)
    ) {
      return { at: spaced(size), lo: -s.pad[0], hi: size - 1 + s.pad[1] };
    }
    if (isUp && s.o === d && collects) {
      const at = spaced(size, s.s, -s.pad[0]);
      return { at, lo: Math.min(at[0], -s.span), hi: Math.max(at.at(-1), s.size - 1) };
    }
    if (isUp && s.o === d && wrt && wrt !== s.name && p.names.includes(s.name)) {
      return { at: spaced(size, s.s), lo: 0, hi: (size - 1) * s.s };
    }
    const cells = scene.rule.groups[0].cells[name];
    if (!s.a || !cells || name === s.name || dimOf(cells, s.a) !== d) continue;
    // Taps stand as they lie on the other array: reversed where index and place run against each other.
    const flip = collects !== s.c < 0,
      by = Math.abs(s.c);
    return {
      at: flip ? spaced(size, -by, (size - 1) * by) : spaced(size, by),
      lo: 0,
      hi: (size - 1) * by,
      flip,
    };
  }
}

// The places a window covers at a step, for rows and columns: [place, tap] in the frame of the array it slides over.
export function windowAt(scene, p, step, grid) {
  if (!scene.rule || p.direction.scatter) return null;
  const cell = unflatten(step, p.shape);
  const places = grid.map((d) => (d < 0 ? [[0, -1]] : placesAlong(scene, p, d, cell)));
  return places.every(Boolean) ? places : null;
}

function placesAlong(scene, p, d, cell) {
  const { wrt } = p.direction,
    [name] = p.names,
    { cells } = scene.rule.groups[0];
  for (const s of slides(scene)) {
    const taps = spaced(s.taps).map((a) => [s.c < 0 ? s.span + a * s.c : a * s.c, a]);
    const reads = name === s.name && s.d === d;
    if (!wrt && reads) return taps.map(([t, a]) => [cell[s.o] * s.s + t, a]); // the frame begins at -pad
    if (wrt === s.name && name === scene.up && s.o === d) {
      const low = Math.min(-s.pad[0], -s.span);
      return taps.map(([t, a]) => [cell[s.d] - t - low, a]);
    }
    if (wrt && wrt !== s.name && reads && cells[wrt]) {
      const t = taps[cell[dimOf(cells[wrt], s.a)]]?.[0] ?? 0;
      return spaced(scene.shape[s.o], s.s, t).map((place, i) => [place, i]);
    }
  }
  return null;
}

// The cell of another array that falls on a ghost: all loop axes are known from the step, the sheet and the taps.
export function ghostPartner(scene, p, step, sheet, grid, taps) {
  const { out, cells } = scene.rule.groups[0],
    [first, partner] = p.names;
  if (!(partner in scene.operands)) return -1;
  const at = {};
  const known = (dims, index) =>
    dims.forEach((dim, d) => {
      const [axis, more] = Object.keys(dim.axes);
      if (!more) at[axis] ??= index[d];
    });
  known(p.forward ? out : cells[p.direction.wrt], unflatten(step, p.shape));
  const dims = first === scene.up ? out : cells[first];
  known(
    sheet.axes.map((d) => dims[d]),
    sheet.axes.map((d) => sheet.index[d]),
  );
  grid.forEach((d, k) => {
    const s = d >= 0 && slides(scene).find((one) => (first === scene.up ? one.o : one.d) === d);
    if (s?.a) at[s.a] = taps[k];
  });
  if (cells[partner].some((dim) => Object.keys(dim.axes).some((axis) => !(axis in at)))) return -1;
  return cellAt(cells[partner], at, scene.sizes, scene.operands[partner].shape);
}
