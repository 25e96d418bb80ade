// What a step says: its line of arithmetic, the totals of a pass, and the same for a screen reader.
import { el } from "./dom.js";
import { asNodes, asText, sentence } from "./equation.js";
import { text } from "./numbers.js";
import { tidy } from "./table.js";

/** @param {View} view */
export function makeReading(view) {
  const line = el("p", { class: "cnn-sentence" });
  const totals = el("p", { class: "cnn-totals" });
  const live = el("p", { class: "cnn-live", "aria-live": "polite" });
  return { nodes: [line, totals, live], line, show, hold };

  /**
   * @param {Pass[]} passes
   * @param {number} step
   * @param {boolean} playing then nobody could follow, and nothing is announced
   */
  function show(passes, step, playing) {
    const words = passes.map((p) => {
      const at = Math.min(step, p.steps.length - 1);
      const way = p.direction.way ? [`${p.direction.way}: `] : [];
      return [...way, ...sentence(p, at, view.fast ? 2 : undefined)];
    });
    line.replaceChildren(...words.flatMap((one, k) => [k ? el("br") : "", ...asNodes(one)]));
    sumUp(passes[passes.length - 1]);
    if (!playing) live.textContent = words.map(asText).join("; ");
  }
  // At full speed the line keeps its height.
  function hold() {
    line.style.height = view.fast ? `${line.offsetHeight}px` : "";
  }

  /**
   * Where nothing weighs the delta, its sum says whether the pass gives away more than it got.
   * @param {Pass} p
   */
  function sumUp(p) {
    const plain = !p.forward && String(p.names) === p.up;
    const [from, to] = plain ? [total(p.arrays[p.up].data), total(p.values)] : ["", ""];
    const words = plain ? `sum of ${p.up} = ${from}, sum of ${p.out} = ${to}` : "";
    if (totals.textContent !== words) totals.textContent = words;
  }
}

/** @param {ArrayLike<number>} data */
function total(data) {
  const numbers = Array.from(data);
  const size = numbers.reduce((a, b) => a + Math.abs(b), 0);
  return text(
    tidy(
      numbers.reduce((a, b) => a + b, 0),
      size,
    ),
  );
}
