// Python in its worker: started, asked, watched, ended. It knows nothing of the page.

const SILENT_S = 60;
const STARTING_S = 240; // seconds without a sign of life, while loading and while starting

export class Python {
  /** `heard` has the functions loading(bytes, total, what), message(data), died(why). */
  constructor(app, manifest, heard) {
    Object.assign(this, { app, manifest, heard, up: false });
  }

  /** Return a promise that holds when Python is there. */
  start() {
    if (this.ready) return this.ready;
    this.fetching = null;
    this.heard.loading(0, this.manifest.wire);
    this.ready = new Promise((resolve, reject) => {
      this.begun = resolve;
      this.ended = reject;
    });
    this.ready.catch(() => {}); // who waits is told, too
    const worker = new Worker(`${this.app}worker.mjs`, { type: "module" });
    this.worker = worker;
    worker.onmessage = ({ data }) => {
      if (this.worker === worker) this.hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      if (this.worker === worker) this.heard.died(event.message || "its files cannot be loaded.");
    };
    const book = new URL("../../../chapters/", this.app).href; // where reports find the chapters
    this.post({ op: "start", manifest: this.manifest, home: this.app, book });
    this.watch(SILENT_S);
    return this.ready;
  }

  post(message) {
    this.worker?.postMessage(message);
  }

  /** Run a cell; the promise holds what became of it, or null when Python ended meanwhile. */
  run(message) {
    return new Promise((resolve) => {
      this.finished = resolve;
      this.post({ op: "run", ...message });
    });
  }

  end() {
    this.watch(0);
    this.worker?.terminate();
    this.worker = null;
    this.ready = null;
    this.up = false;
    this.ended?.(new Error("Python has ended"));
    this.settle(null);
    this.heard.loading(null);
  }

  settle(result) {
    const { finished } = this;
    this.finished = null;
    finished?.(result);
  }

  /** Give up after some seconds of silence; 0 waits for ever. */
  watch(seconds) {
    clearTimeout(this.watching);
    if (!seconds) return;
    const words = `nothing has come for ${seconds} seconds. Is the connection slow?`;
    this.watching = setTimeout(() => this.heard.died(words), seconds * 1000);
  }

  hear(data) {
    const { wire } = this.manifest;
    if (data.op === "progress") {
      if (!this.up) this.watch(data.counted < wire ? SILENT_S : STARTING_S);
      this.heard.loading(data.counted, this.fetching ? 0 : wire, this.fetching);
    } else if (data.op === "fetching") {
      this.fetching = data.name;
    } else if (data.op === "ready") {
      this.watch(0);
      this.up = true;
      this.heard.loading(null);
      this.begun();
    } else if (data.op === "died") {
      this.heard.died(data.message);
    } else {
      if (this.fetching) this.heard.loading(null);
      this.fetching = null;
      if (data.op === "ran") this.settle(data);
      else this.heard.message(data);
    }
  }
}
