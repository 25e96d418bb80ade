// A function of one number from its tree, as cnnlib.trace.formula records it: ["add", 1, ["exp", "s"]].
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
  logaddexp: (a, b) => (a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))),
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

function compile(tree) {
  if (tree === "s") return (s) => s;
  if (typeof tree === "number") return () => tree;
  const step = STEPS[tree[0]];
  const parts = tree.slice(1).map(compile);
  return (s) => step(...parts.map((part) => part(s)));
}

// The function that a finished sum passes through, and its slope.
export const functions = ({ formula }) =>
  formula ? [compile(formula.value), compile(formula.slope)] : [(s) => s, () => 1];
