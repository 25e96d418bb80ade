// The cells of an array as sheets of rows and columns.
import { frame } from "./alignment.js";
import { count, unflatten } from "./rule.js";

// Rows and columns of an array; every other axis makes sheets.
function layoutOf(scene, name, n) {
  const known =
    scene.layout?.[name] ?? scene.layout?.[name === scene.up ? scene.out : name.replace(/^d/, "")];
  return known
    ? known.map((axis) => axis ?? -1)
    : ([
        [-1, -1],
        [-1, 0],
        [0, 1],
        [-1, 1],
      ][n] ?? [1, 2]);
}

// { sheets: [{ key, axes, index, cells: [{ flat, index, row, col }] }], high, wide, turned, grid }
export function sheets(scene, p, name, shape) {
  const grid = layoutOf(scene, name, shape.length);
  const [rows, cols] = grid.map((d) => along(scene, p, name, d, shape));
  const axes = shape.map((_, d) => d).filter((d) => !grid.includes(d));
  const made = {};
  for (let flat = 0; flat < count(shape); flat++) {
    const index = unflatten(flat, shape);
    const sheet = (made[axes.map((d) => index[d])] ??= { axes, index, cells: [] });
    const [row, col] = [rows, cols].map(({ at, lo }, k) => at[index[grid[k]] ?? 0] - lo);
    sheet.cells.push({ flat, index, row, col });
  }
  return {
    sheets: Object.values(made),
    high: rows.hi - rows.lo + 1,
    wide: cols.hi - cols.lo + 1,
    turned: rows.flip || cols.flip,
    grid,
  };
}

function along(scene, p, name, d, shape) {
  const size = d < 0 ? 1 : shape[d];
  return (
    (d >= 0 && frame?.(scene, p, name, d, size)) || {
      at: [...Array(size).keys()],
      lo: 0,
      hi: size - 1,
    }
  );
}
