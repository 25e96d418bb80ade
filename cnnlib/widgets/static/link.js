// The address bar carries what a reader sees: #tv:NAME:step=4;direction=dx-gather;g.stride=2;x@0.1.2.0=5

const PREFIX = "#tv:";

/**
 * @param {string} name
 * @param {{ step: number, view: string, direction: string, geometry: Geometry, edits: Edits, angle?: number }} state
 */
export function write(name, { step, view, direction, geometry, edits, angle }) {
  const parts = [`step=${step}`, `view=${view}`, `direction=${direction}`];
  if (angle !== undefined) parts.push(`angle=${angle}`);
  for (const [key, value] of Object.entries(geometry))
    parts.push(`g.${encodeURIComponent(key)}=${value}`);
  for (const [array, cells] of Object.entries(edits)) {
    for (const [index, value] of Object.entries(cells))
      parts.push(`${array}@${index.replaceAll(",", ".")}=${value}`);
  }
  return `${PREFIX}${name}:${parts.join(";")}`;
}

// The part of a state that an address names, or null where it is about something else.
/**
 * @param {string} hash
 * @param {string} name
 * @param {string[]} [whole]
 * @param {string[]} [words]
 * @returns {({ edits: Edits, geometry: Geometry } & Record<string, any>) | null}
 */
export function read(hash, name, whole = ["step"], words = ["view", "direction"]) {
  if (!hash.startsWith(`${PREFIX}${name}:`)) return null;
  /** @type {{ edits: Edits, geometry: Geometry } & Record<string, any>} */
  const state = { edits: Object.create(null), geometry: Object.create(null) };
  for (const part of hash.slice(PREFIX.length + name.length + 1).split(";")) {
    const [key, value] = [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)];
    const number = Number(value);
    if (whole.includes(key) && Number.isInteger(number)) state[key] = number;
    else if (words.includes(key)) state[key] = value;
    else if (key.startsWith("g."))
      state.geometry[unescaped(key.slice(2))] = Number.isNaN(number) ? value : number;
    else if (key.includes("@") && Number.isFinite(number)) {
      const [array, index] = key.split("@");
      (state.edits[array] ??= {})[index.replaceAll(".", ",")] = number;
    }
  }
  return state;
}

/** @param {string} word */
function unescaped(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  } // a stray % sign
}
