// How numbers are written: a true minus sign, at most four decimals, brackets where a sign could mislead.

export function text(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "undefined" : value < 0 ? "−∞" : "∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 5e-5 || size >= 1e7)) return minus(value.toExponential(2).replace("e+", "e"));
  return minus(String(Number(value.toFixed(4))));
}

const minus = (s) => s.replaceAll("-", "−").replace(/^−0$/, "0");

export const factor = (value) => (value < 0 || Object.is(value, -0) ? `(${text(value)})` : text(value));

// What a reader types: both minus signs, a decimal comma or point. NaN where it is not a number.
export function parse(typed) {
  const plain = typed.trim().replaceAll("−", "-").replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}
