// Python, apart from the page: loads Pyodide, runs cells, and tells the page what comes of them.

let py,
  kernel,
  manifest,
  home,
  counted = 0;
const fromNetwork = self.fetch.bind(self);
const CAP = 24576; // pages of 64 KiB: 1.5 GiB; beyond it Python raises MemoryError

const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength / 65536 + pages > CAP) throw new RangeError("out of memory");
  return grow.call(this, pages);
};

const tell = (message) => self.postMessage(message);
self.tell = (json) => tell(JSON.parse(json));
self.fetchNow = fetchNow;

/** Files of Pyodide and of the site come through here: counted, unpacked, kept by the browser. */
self.fetch = (what, options) => {
  const url = String(what.url ?? what);
  const name = url.split("/").pop().split("?")[0];
  return manifest?.files[name]
    ? supply(url, name, manifest.files[name])
    : fromNetwork(what, options);
};

async function supply(url, name, file) {
  const address = file.packed ? `${url}.gz` : url;
  const kept = await keeper();
  let answer = await kept?.match(address);
  if (answer) {
    counted += file.wire;
    report(name);
  } else {
    answer = await fromNetwork(address);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    const whole = await new Response(answer.body.pipeThrough(counter(name))).arrayBuffer();
    const type = { headers: { "Content-Type": answer.headers.get("Content-Type") ?? "" } };
    kept?.put(address, new Response(whole, type)).catch(() => {});
    answer = new Response(whole, type);
  }
  const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  const body = file.packed ? await unpacked(answer) : answer.body;
  return new Response(body, { headers: { "Content-Type": type } });
}

/** A server that unpacks .gz by itself is not asked to do it twice. */
async function unpacked(answer) {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const stream = new Blob([bytes]).stream();
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return packed ? stream.pipeThrough(new DecompressionStream("gzip")) : stream;
}

function counter(name) {
  return new TransformStream({
    transform(chunk, out) {
      counted += chunk.byteLength;
      report(name);
      out.enqueue(chunk);
    },
  });
}

const report = (name) => tell({ op: "progress", name, counted });
const keeper = () => self.caches?.open(manifest.keep).catch(() => null);

/** For Python's imports, which cannot wait: a file at once. */
function fetchNow(url) {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${url}: ${request.status}`);
  return request.response;
}

async function start(data) {
  ({ manifest, home } = data);
  const bundle = self.fetch(home + manifest.bundle).then((answer) => answer.arrayBuffer());
  const { loadPyodide } = await import(manifest.python + "pyodide.mjs");
  py = await loadPyodide({
    indexURL: manifest.python,
    lockFileURL: home + "lock.json",
    packages: ["numpy", "traitlets"],
    env: { HOME: "/reader", MPLBACKEND: "svg", PYTHONDONTWRITEBYTECODE: "1" },
    stdout: () => {},
    stderr: () => {},
  });
  py.unpackArchive(await bundle, "zip", { extractDir: "/site" });
  py.runPython("import sys; sys.path.insert(0, '/site')");
  kernel = py.pyimport("page_kernel");
  const trained = new URL("../trained/", home).href;
  kernel.begin(JSON.stringify({ book: data.book, trained }));
}

/** Load packages at the moment they are first asked for. */
async function load(names) {
  for (const name of names) {
    counted = 0;
    tell({ op: "fetching", name });
    await py.loadPackage(name, { messageCallback() {} });
  }
}

/** An import that fails for want of a package is tried again with it. */
async function run({ n, code, original, edited, real }) {
  const began = performance.now();
  await load(JSON.parse(kernel.wants(code)));
  let end = kernel.run(n, code, original, edited, real);
  if (end.startsWith("needs ")) {
    await load([end.slice(6)]);
    end = kernel.run(n, code, original, edited, real);
  }
  tell({ op: "ran", n, ok: end === "done", ms: performance.now() - began });
}

let turn = Promise.resolve();
self.onmessage = ({ data }) => {
  turn = turn
    .then(() => answer(data))
    .catch((error) => tell({ op: "died", message: String(error.message ?? error) }));
};

async function answer(data) {
  if (data.op === "start") {
    await start(data);
    tell({ op: "ready" });
  } else if (data.op === "run") await run(data);
  else if (data.op === "reset") kernel.reset();
  else if (data.op === "hint") kernel.hint(data.n, data.number);
  else if (data.op === "trait") kernel.hear(data.id, JSON.stringify(data.values));
}
