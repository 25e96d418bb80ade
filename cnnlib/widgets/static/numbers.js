// How numbers are written: a true minus sign, at most four decimals, brackets where a sign could mislead.

/** @param {number} value */
export function text(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "undefined" : value < 0 ? "−∞" : "∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 5e-5 || size >= 1e7)) return power(value);
  return minus(String(Number(value.toFixed(4))));
}

/** @type {(value: number) => string} */
const power = (value) => minus(value.toExponential(2).replace("e+", "e"));

/** @type {(s: string) => string} */
const minus = (s) => s.replaceAll("-", "−").replace(/^−0$/, "0");

// In a cell there is room for about seven characters.
/** @param {number} value */
export function brief(value) {
  const long = text(value),
    size = Math.abs(value);
  if (long.length < 8 || Number.isNaN(value)) return long;
  return size < 1e-3 || size >= 1e5 ? power(value) : text(Number(value.toPrecision(5)));
}

/** @type {(value: number) => string} */
export const factor = (value) =>
  value < 0 || Object.is(value, -0) ? `(${text(value)})` : text(value);

// What a reader types: both minus signs, a decimal comma or point. NaN where it is not a number.
/** @param {string} typed */
export function parse(typed) {
  const plain = typed.trim().replaceAll("−", "-").replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}
