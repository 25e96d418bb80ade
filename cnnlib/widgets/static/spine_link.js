// The address of a state of the network: only what differs from the start.
import { flatten, unflatten } from "./rule.js";

/** #tv:spine:at=30;chosen=z1@0.1.2.0;x@0.1.2.0=5 */
export function address(net, { values, at, chosen }) {
  const parts = [`at=${at}`];
  if (chosen) parts.push(`chosen=${chosen.replace(":", "@").replaceAll(",", ".")}`);
  for (const [name, row] of Object.entries(values)) {
    row.forEach((v, q) => {
      const index = unflatten(q, net.shapes[name]).join(".");
      if (v !== net.start[name][q]) parts.push(`${name}@${index}=${v}`);
    });
  }
  return `#tv:${net.name}:${parts.join(";")}`;
}

/** The state that an address names, or null where it is about something else. */
export function readAddress(net, found) {
  if (!found) return null;
  const values = { ...net.start };
  for (const [name, cells] of Object.entries(found.edits)) {
    if (!(name in values)) continue;
    values[name] = [...values[name]];
    for (const [index, value] of Object.entries(cells)) {
      const at = index.split(",").map(Number),
        shape = net.shapes[name];
      const fits = at.length === shape.length && at.every((i, d) => i >= 0 && i < shape[d]);
      if (fits) values[name][flatten(at, shape)] = value;
    }
  }
  const { y } = values,
    [ones, rest] = [y.filter((v) => v === 1), y.filter((v) => v !== 0)];
  if (ones.length !== 1 || rest.length !== 1) values.y = net.start.y; // no label
  const chosen = (found.chosen ?? "").replace("@", ":").replaceAll(".", ",");
  return { values, at: found.at ?? -1, chosen, losses: [] };
}
