// A function of one number from its tree, as cnnlib.trace.formula records it: ["add", 1, ["exp", "s"]].
/** @type {Record<string, (...numbers: number[]) => number>} */
export const STEPS = {
  absolute: Math.abs,
  add: (a, b) => a + b,
  arctan: Math.atan,
  clip: (a, low, high) => Math.min(Math.max(a, low), high),
  cos: Math.cos,
  divide: (a, b) => a / b,
  exp: Math.exp,
  expm1: Math.expm1,
  greater: (a, b) => Number(a > b),
  greater_equal: (a, b) => Number(a >= b),
  less: (a, b) => Number(a < b),
  less_equal: (a, b) => Number(a <= b),
  log: Math.log,
  log1p: Math.log1p,
  logaddexp: (a, b) =>
    a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
  maximum: Math.max,
  minimum: Math.min,
  multiply: (a, b) => a * b,
  negative: (a) => -a,
  positive: (a) => a,
  power: (a, b) => a ** b,
  reciprocal: (a) => 1 / a,
  sign: Math.sign,
  sin: Math.sin,
  sqrt: Math.sqrt,
  square: (a) => a * a,
  subtract: (a, b) => a - b,
  tanh: Math.tanh,
  where: (a, b, c) => (a ? b : c),
};

/**
 * @param {Tree} tree
 * @returns {(s: number) => number}
 */
function compile(tree) {
  if (typeof tree === "number") return () => tree;
  if (typeof tree === "string") return (s) => s;
  const [name, ...parts] = tree;
  const step = STEPS[String(name)];
  const functions = parts.map(compile);
  return (s) => step(...functions.map((f) => f(s)));
}

// The function that a finished sum passes through, and its slope.
/** @param {{ formula?: Formula }} scene */
export const functions = ({ formula }) =>
  formula
    ? [compile(formula.value), compile(formula.slope)]
    : [/** @type {(s: number) => number} */ ((s) => s), () => 1];
