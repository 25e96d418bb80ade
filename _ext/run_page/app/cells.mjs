// The code cells of the page, as they stand in it.

import { el } from "./dom.mjs";
import { keep } from "./memory.mjs";
import { Output } from "./output.mjs";

/** Return the cells in their order; one that the page does not show runs all the same. */
export function cellsOf(data, page) {
  return data.map((entry) => new Cell(entry, page));
}

class Cell {
  constructor({ n, code, training }, page) {
    Object.assign(this, { n, page, training, original: code, text: code });
    this.place =
      document.querySelector(`div.cell[data-cell="${n}"]`) ??
      el("div", { class: "cell", "data-cell": n });
    this.input = this.place.querySelector(".cell_input");
    this.output = new Output(this);
    this.state = "idle";
  }

  get state() {
    return this.place.dataset.state;
  }

  set state(value) {
    this.place.dataset.state = value;
  }

  code() {
    return this.text;
  }

  get changed() {
    return this.text !== this.original;
  }

  /** Put an editor in the place of the printed code, and a row of buttons below it. */
  mount(make) {
    if (!this.input || this.editor) return;
    this.unfold();
    const printed =
      this.input.querySelector(".highlight")?.parentElement ?? this.input.firstElementChild;
    const place = el("div", { class: "run-editor" });
    printed.hidden = true;
    this.input.append(place);
    this.editor = make(place, {
      code: this.text,
      label: `Code of cell ${this.n}`,
      change: (text) => this.write(text),
      run: (stay) => this.run(stay),
    });
    this.row();
  }

  /** Code that the page folds away is shown, but an answer stays hidden. */
  unfold() {
    const fold = this.fold();
    if (fold) fold.open = true;
  }

  /** Return what folds this cell's code, not an answer that the cell is part of. */
  fold() {
    const fold = this.input.closest("details");
    return fold && this.place.contains(fold) ? fold : null;
  }

  row() {
    const { n } = this;
    const button = (words, label, onclick) =>
      el("button", { type: "button", "aria-label": label, onclick }, words);
    this.again = button("Reset cell", `Reset cell ${n}`, () => this.reset());
    this.above = button("Run all above", `Run all above cell ${n}`, () => this.page.runAbove(this));
    this.note = el("span", { class: "run-note" });
    this.tools = el(
      "div",
      { class: "run-tools" },
      button("Run", `Run cell ${n}`, () => this.run(true)),
      this.above,
      this.again,
      this.note,
    );
    (this.fold() ?? this.input).after(this.tools);
    this.above.hidden = n === this.page.cells[0].n;
    this.again.hidden = !this.changed;
  }

  run(stay = true) {
    this.page.enqueue([this]);
    if (stay) return;
    const next = this.page.cells.find((cell) => cell.n > this.n && cell.editor);
    next?.editor.focus();
  }

  write(text) {
    this.text = text;
    keep(this.page.slug, this.n, this.changed ? text : null);
    if (this.again) this.again.hidden = !this.changed;
    this.page.controls?.changed();
  }

  setCode(text) {
    this.text = text;
    this.editor?.set(text);
    if (this.again) this.again.hidden = !this.changed;
  }

  reset() {
    this.setCode(this.original);
    this.write(this.original);
    this.editor?.focus();
  }

  begin() {
    this.state = "running";
    if (this.note) this.note.textContent = "runs…";
    this.output.begin();
  }

  end(ok, ms) {
    this.disturbed = true; // what a second run finds may not be what the page found
    this.output.end();
    this.state = ok ? "done" : "failed";
    if (this.note) this.note.textContent = ms > 1000 ? `${(ms / 1000).toFixed(1)} s` : "";
  }

  /** Python is gone, and with it what this cell has done. */
  forgetRun() {
    this.disturbed = false;
    this.foreign = false;
    if (this.state === "running") this.state = "idle";
    if (this.note) this.note.textContent = "";
    this.output.end();
  }
}
