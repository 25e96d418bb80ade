// Weights that several wires share have a colour of their own, the same in every face, so that sharing is seen.

const COLOURS = 9;

/** @type {WeakMap<Rows[], Map<string, number>>} */
const known = new WeakMap();

/**
 * The array whose cell stands at the far end of a row's wire: the first operand, or, of a bias, its own.
 * @param {Scene} scene
 * @param {Rows} group
 */
export function sourceOf(scene, group) {
  const [main] = Object.keys(scene.operands);
  return main in group.cells ? main : Object.keys(group.cells)[0];
}

/**
 * The array whose cell is the weight on a row's wire, if any.
 * @param {Scene} scene
 * @param {Rows} group
 */
export function weightOf(scene, group) {
  const source = sourceOf(scene, group);
  return Object.keys(scene.operands).find((name) => name in group.cells && name !== source);
}

/**
 * The shared weights in the order in which they occur: "w:3" is number 2.
 * @param {Scene} scene
 */
export function sharedTaps(scene) {
  const found = known.get(scene.groups);
  if (found) return found;
  /** @type {Map<string, number>} */
  const uses = new Map();
  for (const group of scene.groups) {
    const name = weightOf(scene, group);
    for (const cell of name ? group.cells[name] : [])
      uses.set(`${name}:${cell}`, (uses.get(`${name}:${cell}`) ?? 0) + 1);
  }
  const shared = [...uses].filter(([, n]) => n > 1).map(([key]) => key);
  const numbers = new Map(shared.map((key, k) => [key, k]));
  known.set(scene.groups, numbers);
  return numbers;
}

/**
 * The colour of a weight where all shared weights can have one.
 * @param {Scene} scene
 * @param {string | undefined} name
 * @param {number} flat
 */
export function tapColour(scene, name, flat) {
  const numbers = sharedTaps(scene);
  const k = numbers.size > COLOURS ? undefined : numbers.get(`${name?.replace(/^d/, "")}:${flat}`);
  return k === undefined ? "" : `var(--cnn-tap-${k})`;
}
