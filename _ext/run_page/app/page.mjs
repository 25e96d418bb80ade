// "Run this page": the page's cells run in Python, one after the other.

import { cellsOf } from "./cells.mjs";
import { controls } from "./controls.mjs";
import { load as loadEditor } from "./editor.mjs";
import { hear, loadRenderers } from "./live.mjs";
import { forgetAll, recall } from "./memory.mjs";
import { Python } from "./python.mjs";

const html = document.documentElement;

export async function run(bar, app) {
  const page = await open(bar, app);
  bar.querySelector(".run-start").onclick = () => page.runAll();
  page.runAll();
}

async function open(bar, app) {
  const get = async (name) => {
    const answer = await fetch(app + name);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return answer.json();
  };
  const [manifest, data] = await Promise.all([
    get("manifest.json"),
    get(`pages/${bar.dataset.page}.json`),
  ]);
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = `${app}page.css`;
  document.head.append(style);
  manifest.python = new URL(manifest.python, app).href;
  return new Page(bar, app, manifest, data);
}

class Page {
  constructor(bar, app, manifest, data) {
    this.slug = bar.dataset.page;
    this.data = data;
    this.queue = [];
    this.python = new Python(app, manifest, {
      loading: (...what) => this.controls.load(...what),
      message: (message) => this.hear(message),
      died: (why) => this.died(why),
    });
    this.cells = cellsOf(data.cells, this);
    this.controls = controls(bar, this);
    for (const [n, code] of Object.entries(recall(this.slug))) this.cell(Number(n))?.setCode(code);
    this.tools = this.mount(app, manifest);
    this.controls.changed();
  }

  async mount(app, manifest) {
    const [make] = await Promise.all([loadEditor(app, manifest), loadRenderers(app, manifest)]);
    for (const cell of this.cells) cell.mount(make);
  }

  cell(n) {
    return this.cells.find((cell) => cell.n === n);
  }

  hear(message) {
    if (message.op === "out") this.cell(message.n)?.output.add(message);
    else if (message.op === "trait") hear(message);
  }

  say(words) {
    this.controls.say(words);
  }

  set state(value) {
    html.dataset.run = value;
    this.controls.changed();
  }

  get state() {
    return html.dataset.run;
  }

  // Running cells

  /** From the top, with nothing computed before. */
  runAll() {
    if (this.busy) return;
    if (this.python.up) {
      this.python.post({ op: "reset" });
      for (const cell of this.cells) cell.forgetRun();
    }
    return this.enqueue(this.cells);
  }

  runAbove(cell) {
    return this.enqueue(this.cells.filter((other) => other.n < cell.n));
  }

  /** Run a cell's training, though its outcome is known. */
  train(cell) {
    cell.real = true;
    return this.enqueue([cell]);
  }

  /** Run cells behind those that already wait; an error ends the row. */
  async enqueue(cells) {
    this.queue.push(...cells.filter((cell) => !this.queue.includes(cell)));
    if (this.busy) return;
    this.busy = true;
    this.say("");
    this.state = this.python.up ? "running" : "loading";
    try {
      await this.python.start();
      await this.tools;
      this.state = "running";
      let ok = true;
      while (this.queue.length && ok) ok = await this.runCell(this.queue.shift());
      if (ok !== null) this.rest(ok);
    } catch (error) {
      if (this.python.ready) this.died(error.message);
    } finally {
      this.busy = false;
    }
  }

  /** Return true or false, or null when Python ended meanwhile. */
  async runCell(cell) {
    const { n, original, real } = cell;
    const code = cell.code();
    cell.begin();
    cell.real = false;
    cell.foreign = cell.disturbed || code !== original;
    const edited = this.cells.some((other) => other.foreign);
    const result = await this.python.run({ n, code, original, edited, real: Boolean(real) });
    if (!result) return null;
    cell.end(result.ok, result.ms);
    return result.ok;
  }

  /** The row has come to its end, or to an error. */
  rest(ok) {
    const waiting = this.queue.length;
    this.queue = [];
    this.state = ok ? "done" : "failed";
    if (ok) {
      this.say(this.cells.some((cell) => cell.changed) ? "Ran, with your changes." : "");
      return;
    }
    const last = this.cells.findLast((cell) => cell.state === "failed");
    const rest = waiting ? " The cells behind it did not run." : "";
    this.say(`Cell ${last.n} ended with an error.${rest}`);
  }

  // Ending Python

  stop() {
    const running = this.cells.find((cell) => cell.state === "running");
    this.lose();
    running?.output.note("Stopped. What this cell had shown until then stays.");
    this.again("Stopped. What Python had computed is gone, your text is kept.");
  }

  restart() {
    this.lose();
    for (const cell of this.cells) cell.state = "idle";
    this.again("Python starts again, with nothing computed. Your text is kept.");
  }

  /** Python could not be started, or has come to an end by itself. */
  died(why) {
    const { up } = this.python;
    this.lose();
    this.state = "failed";
    this.say(
      up
        ? `Python has ended (${why}). What it had computed is gone, your text is kept. Press “Run this page” to start again.`
        : `Python did not start: ${why} Press “Run this page” to try again.`,
    );
  }

  lose() {
    this.queue = [];
    this.python.end();
    for (const cell of this.cells) cell.forgetRun();
  }

  async again(words) {
    this.state = "loading";
    this.controls.after = words;
    try {
      await this.python.start();
      if (!this.busy) this.state = "idle";
    } catch {
      // ended once more, or died: said already
    }
  }

  forget() {
    forgetAll(this.slug);
    for (const cell of this.cells) cell.reset();
    this.say("Your changes to this page are forgotten.");
  }
}
