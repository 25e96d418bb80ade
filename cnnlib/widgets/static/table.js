// Evaluate a table of terms and read it in another order: by output cell or by the cell of an operand.

// The value of one row; a cut wire (coefficient 0) carries nothing.
/**
 * @param {Rows} group
 * @param {number} t
 * @param {Record<string, NumberArray>} operands
 */
export function product(group, t, operands) {
  let value = group.coef[t];
  if (value === 0) return 0;
  for (const name in group.cells) value *= operands[name].data[group.cells[name][t]];
  return value;
}

// The sum of the rows of each cell. What cancels leaves a rounding error, which is no number to show: it becomes 0.
/**
 * @param {Rows[]} groups
 * @param {Record<string, NumberArray>} operands
 * @param {number} size
 */
export function sums(groups, operands, size) {
  const out = new Float64Array(size),
    scale = new Float64Array(size);
  for (const g of groups)
    for (let t = 0; t < g.out.length; t++) {
      const value = product(g, t, operands);
      out[g.out[t]] += value;
      scale[g.out[t]] += Math.abs(value);
    }
  return out.map((v, o) => tidy(v, scale[o]));
}

/** @type {(sum: number, scale: number) => number} */
export const tidy = (sum, scale) => (Math.abs(sum) < 1e-14 * scale ? 0 : sum);

// The rows of the gradient with respect to one operand: output cell and operand cell change places.
/**
 * @param {Rows[]} groups
 * @param {string} wrt
 * @param {(out: number) => number} slope
 * @param {string} [up]
 * @returns {Rows[]}
 */
export function turn(groups, wrt, slope, up = "delta") {
  return groups
    .filter((g) => wrt in g.cells)
    .map((g) => {
      const { [wrt]: out, ...others } = g.cells;
      return {
        source: g,
        out,
        cells: { [up]: g.out, ...others },
        coef: g.out.map((o, t) => (g.back ?? g.coef)[t] * slope(o)),
      };
    });
}

// For each cell of `by` ("out" or an operand) the list of its rows, as [group, row].
/**
 * @param {Rows[]} groups
 * @param {string} by
 * @param {number} size
 * @returns {RowRef[][]}
 */
export function rowsBy(groups, by, size) {
  /** @type {RowRef[][]} */
  const lists = Array.from({ length: size }, () => []);
  for (const g of groups) {
    const column = by === "out" ? g.out : g.cells[by];
    column?.forEach((cell, t) => lists[cell].push([g, t]));
  }
  return lists;
}
