// What a cell shows: in the place and the look of what the page shows already.

import { el } from "./dom.mjs";
import { draw } from "./live.mjs";

export class Output {
  constructor(cell) {
    this.cell = cell;
  }

  /** Return the place of the outputs, made if the page has none. */
  place() {
    let place = this.cell.place.querySelector(".cell_output");
    if (!place)
      this.cell.place.append((place = el("div", { class: "cell_output docutils container" })));
    return place.querySelector("figure") ?? place;
  }

  /** The old outputs stay, pale, until the first new one comes. */
  begin() {
    this.fresh = true;
    this.tail = null;
    this.bars = new Map();
    this.cell.place.querySelector(".cell_output")?.classList.add("run-old");
  }

  end() {
    if (this.fresh) this.clear();
    this.fresh = false;
  }

  clear() {
    const place = this.cell.place.querySelector(".cell_output");
    if (!place) return;
    place.classList.remove("run-old");
    for (const end of this.ends ?? []) end();
    this.ends = [];
    const inside = place.querySelector("figure") ?? place;
    for (const node of [...inside.children]) if (node.tagName !== "FIGCAPTION") node.remove();
    this.tail = null;
    this.bars = new Map();
  }

  add(message) {
    if (this.fresh || message.kind === "clear") {
      this.clear();
      this.fresh = false;
    }
    if (message.kind !== "stream") this.tail = null;
    this[message.kind]?.(message);
  }

  put(node) {
    const place = this.place(),
      caption = place.querySelector(":scope > figcaption");
    place.insertBefore(node, caption);
    return node;
  }

  printed(text, kind) {
    const pre = el("pre", {}, text);
    const box = el(
      "div",
      { class: `output ${kind} highlight-myst-ansi notranslate` },
      el("div", { class: "highlight" }, pre),
    );
    this.put(box);
    return pre;
  }

  // One method for each kind of message

  text({ text }) {
    this.printed(text, "text_plain");
  }

  stream({ text }) {
    if (this.tail) this.tail.append(text);
    else this.tail = this.printed(text, "stream");
  }

  html({ html, hints }) {
    const box = el("div", { class: "output text_html" });
    box.innerHTML = html;
    this.put(box);
    if (!hints) return;
    const { n, page } = this.cell;
    const ask = () => page.python.post({ op: "hint", n, number: hints });
    const button = el("button", { type: "button", onclick: ask }, "A hint");
    this.put(el("p", { class: "run-claim" }, button));
  }

  widget({ view }) {
    const box = this.put(el("div", { class: "output text_html" }));
    this.ends.push(
      draw(box, view, (id, values) => this.cell.page.python.post({ op: "trait", id, values })),
    );
  }

  error({ name, text }) {
    this.put(
      el("div", { class: "run-error", role: "group", "aria-label": name }, el("pre", {}, text)),
    );
  }

  /** An assertion of the page does not hold with the reader's numbers. */
  claim({ words, values }) {
    const box = this.put(
      el(
        "p",
        { class: "run-claim" },
        "With your numbers this does not hold any more: ",
        el("code", {}, words),
        ". ",
      ),
    );
    if (values.length === 2)
      box.append("Yours: ", el("code", {}, values[0]), " and ", el("code", {}, values[1]), ". ");
    box.append(
      "The sentence beside it is true for the page’s own numbers only. Nothing is wrong, and the page goes on.",
    );
  }

  note(words) {
    this.put(el("p", { class: "run-claim" }, words));
  }

  kept({ words }) {
    const again = el(
      "button",
      { type: "button", onclick: () => this.cell.page.train(this.cell) },
      "Train it here",
    );
    this.put(el("p", { class: "run-claim" }, `${words} `, again));
  }

  bar({ key, done, total, unit, words }) {
    let bar = this.bars.get(key);
    if (!bar) {
      bar = {
        box: el("p", { class: "run-progress" }),
        amount: el("progress", { "aria-label": "Progress of the cell" }),
        said: el("span"),
      };
      bar.box.append(bar.amount, bar.said);
      this.put(bar.box);
      this.bars.set(key, bar);
    }
    if (total) Object.assign(bar.amount, { max: total, value: Math.min(done, total) });
    bar.said.textContent = `${Math.round(done)}${total ? ` of ${total}` : ""} ${unit}${words ? ` · ${words}` : ""}`;
  }
}
