// Softmax and cross-entropy of one row of logits, safe for logits of any size.

/** @param {number[]} z */
export function softmax(z) {
  const top = Math.max(...z);
  const e = z.map((v) => Math.exp(v - top));
  const total = e.reduce((a, b) => a + b, 0);
  const logTotal = Math.log(total);
  return { p: e.map((v) => v / total), logP: z.map((v) => v - top - logTotal) };
}

// A label of 0 adds nothing, even where log p is minus infinity.
/** @type {(logP: number[], y: number[]) => number} */
export const crossEntropy = (logP, y) => -y.reduce((sum, v, k) => (v ? sum + v * logP[k] : sum), 0);

/** @type {(p: number[]) => number[][]} */
export const jacobian = (p) => p.map((a, j) => p.map((b, k) => (j === k ? a * (1 - a) : -a * b)));
