// The JavaScript of the pages against numbers that cnnlib wrote: node --test tests/widgets/*.mjs
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

// The modules are named .js and belong to no package: copied beside a package.json, any node reads them.
const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cnnlib-"));
cpSync(join(here, "../../cnnlib/widgets/static"), folder, { recursive: true });
writeFileSync(join(folder, "package.json"), '{"type":"module"}');
after(() => rmSync(folder, { recursive: true }));
const load = (name) => import(pathToFileURL(join(folder, `${name}.js`)));
const { count, expand, flatten, unflatten } = await load("rule");
const { functions } = await load("formula");
const { rowsBy, sums, turn } = await load("table");
const { build, directions, fit, pass, shown, term } = await load("scene");
const { brief, factor, parse, text } = await load("numbers");

const fresh = process.env.FORMULAS
  ? JSON.parse(readFileSync(process.env.FORMULAS, "utf8")).traces
  : []; // what stands in the table of operations
const vectors = JSON.parse(readFileSync(join(here, "vectors/vectors.json"), "utf8"));
const plain = (columns) => JSON.parse(JSON.stringify(columns));

// Sums of whole numbers and quarters are exact; thirds and exponentials may differ by rounding.
function close(found, expected, what) {
  assert.equal(found.length, expected.length, `${what}: number of cells`);
  expected.forEach((want, q) => {
    const off = Math.abs(found[q] - want) / Math.max(1, Math.abs(want));
    assert.ok(off <= 1e-12, `${what}: cell ${q} is ${found[q]}, cnnlib has ${want}`);
  });
}

// Every pass of a scene: its values, the running sums of its steps, and its terms one by one.
function agrees(scene, { replay, grads }) {
  for (const direction of directions(scene).filter((d) => !d.both)) {
    const p = pass(scene, direction);
    const expected = direction.wrt ? grads[direction.wrt] : replay;
    close(p.values, expected, direction.id);
    assert.deepEqual(p.shape, direction.wrt ? scene.operands[direction.wrt].shape : scene.shape);
    const [f] = functions(direction.wrt ? {} : scene);
    const added = new Float64Array(p.values.length);
    for (const [g, t] of p.steps.flat()) added[term(p, g, t).out] += term(p, g, t).value;
    close(added.map(f), expected, `${direction.id}, term by term`);
    const last = shown(p, p.steps.length - 1);
    close(
      last.map((v) => (Number.isNaN(v) ? f(0) : v)),
      expected,
      `${direction.id}, after the last step`,
    );
  }
}

for (const { name, trace, delta, rows, ...expected } of [...vectors.traces, ...fresh]) {
  test(name, () => {
    const scene = build({ trace, delta });
    assert.deepEqual(scene.shape, trace.shape);
    agrees(scene, expected);
    const found = scene.groups.map(({ out, cells, coef, back }) => ({
      out,
      cells,
      coef,
      ...(back ? { back } : {}),
    }));
    if (rows) assert.deepEqual(plain(found), rows, "the rows, in their order");
  });
}

vectors.changed.forEach(({ state, edits, geometry, shape, ...expected }, k) => {
  test(`changed by controls and edits, ${k}`, () => {
    const untouched = JSON.stringify(state);
    const scene = build(state, { edits, geometry });
    if (shape === null) assert.match(scene, /does not fit/);
    else {
      assert.deepEqual(scene.shape, shape);
      agrees(scene, expected);
    }
    assert.equal(JSON.stringify(state), untouched, "the author's state stays as it is");
  });
});

// A convolution with lopsided padding and two strides, which a control can only set together.
const lopsided = vectors.changed.find(({ state }) => state.trace.rule.groups[0].cells.w).state;

test("a control nobody has touched changes nothing", () => {
  const [bare, offered] = [{ ...lopsided, controls: [] }, lopsided].map((state) => build(state));
  assert.deepEqual(offered.shape, bare.shape);
  assert.deepEqual([...offered.sums], [...bare.sums]);
});

test("a gradient's own gradients see the new delta, not the old one", () => {
  // z = x * w with x = 3: dw = delta * x, and the gradient of that for x is v * delta.
  const trace = {
    op: "gradient",
    out: "dw",
    shape: [1],
    post: "identity",
    symbol: "·",
    layout: {},
    operands: { delta: { shape: [1], data: [5] }, x: { shape: [1], data: [3] } },
    terms: [{ out: [0], cells: { delta: [0], x: [0] }, coef: 1 }],
  };
  const scene = build({ trace, delta: [7] });
  const by = Object.fromEntries(directions(trace).map((d) => [d.id, pass(scene, d)]));
  assert.deepEqual([...by.forward.values], [15]);
  assert.deepEqual([...by["ddelta-gather"].values], [21]);
  assert.deepEqual([...by.dx.values], [35]);
});

test("every row belongs to one step, by output and by operand", () => {
  const { trace, delta } = vectors.traces[0];
  const scene = build({ trace, delta });
  for (const by of ["out", "x", "w"]) {
    const size = by === "out" ? count(scene.shape) : count(scene.operands[by].shape);
    const lists = rowsBy(scene.groups, by, size);
    lists.forEach((list, cell) =>
      list.forEach(([g, t]) => assert.equal((by === "out" ? g.out : g.cells[by])[t], cell)),
    );
    const heard = scene.groups
      .filter((g) => by === "out" || by in g.cells)
      .reduce((n, g) => n + g.out.length, 0);
    assert.equal(lists.flat().length, heard);
  }
});

test("flat numbers and indices name the same cells", () => {
  for (const shape of [[], [5], [2, 3], [2, 1, 3, 4]]) {
    for (let q = 0; q < count(shape); q++) assert.equal(flatten(unflatten(q, shape), shape), q);
  }
});

test("an array is cut where it shrinks, and where it grows repeated or given numbers of its own", () => {
  const array = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };
  assert.deepEqual([...fit(array, [3, 2]).data], [1, 2, 4, 5, 1, 2]);
  assert.deepEqual([...fit(array, [1, 4]).data], [1, 2, 3, 1]);
  assert.deepEqual([...fit(array, [3, 4], true).data], [1, 2, 3, 7, 4, 5, 6, 8, 9, 10, 11, 12]);
  assert.deepEqual([...fit({ shape: [3], data: [2, 1, -1] }, [5], true).data], [2, 1, -1, 3, 4]);
  const same = fit(array, [2, 3]);
  same.data[0] = 9;
  assert.equal(array.data[0], 1);
});

test("an edit outside the array waits until the array is large enough", () => {
  const edits = { w: { "0,0,0,0": 9, "7,0,0,0": 4, "0,0": 5 }, q: { 0: 1 } };
  const { operands } = build({ ...lopsided, controls: [] }, { edits });
  const { data } = lopsided.trace.operands.w;
  assert.deepEqual([...operands.w.data], [9, ...data.slice(1)]);
});

test("planted bugs are seen failing", () => {
  const wide = (trace) =>
    [...trace.shape.slice(1, 3), ...trace.operands.w.shape.slice(0, 2)].every((n) => n > 1);
  const { trace, delta, ...expected } = vectors.traces.find(
    (v) => v.trace.op === "true convolution" && wide(v.trace),
  );
  const mistakes = {
    "taps counted from the front": (x) => {
      for (const dim of x) for (const a in dim.axes) dim.axes[a] = Math.abs(dim.axes[a]);
    },
    "rows and columns swapped": (x) => {
      [x[1].axes, x[2].axes] = [x[2].axes, x[1].axes];
    },
  };
  agrees(build({ trace, delta }), expected);
  for (const [name, plant] of Object.entries(mistakes)) {
    const wrong = plain(trace);
    plant(wrong.rule.groups[0].cells.x);
    assert.throws(
      () => agrees(build({ trace: wrong, delta }), expected),
      assert.AssertionError,
      name,
    );
  }
  const tied = vectors.traces.find((v) => v.name === "rows read backward otherwise");
  const { back, ...forwards } = tied.trace.terms[0];
  assert.equal(back, 1);
  const deaf = { ...tied.trace, terms: [forwards] };
  assert.throws(
    () => agrees(build({ trace: deaf, delta: tied.delta }), tied),
    assert.AssertionError,
  );
});

test("a forgotten slope is seen failing", () => {
  const { trace, delta, grads } = vectors.traces.find((v) => v.name === "sigmoid");
  const scene = build({ trace, delta });
  const flatSlope = turn(scene.groups, "z", () => 1);
  const found = sums(flatSlope, { ...scene.operands, delta: scene.delta }, count(scene.shape));
  assert.throws(() => close(found, grads.z, "dz"), assert.AssertionError);
});

test("a rule written out names its sizes", () => {
  const rule = {
    order: ["i", "a"],
    sizes: {},
    groups: [
      {
        out: [{ axes: { i: 1 }, pad: [0, 0] }],
        coef: 1,
        cells: { x: [{ axes: { i: 2, a: 1 }, pad: [1, 0] }], w: [{ axes: { a: 1 }, pad: [0, 0] }] },
      },
    ],
  };
  const { sizes, shape, groups } = expand(rule, {
    x: { shape: [6], data: [] },
    w: { shape: [3], data: [] },
  });
  assert.deepEqual([sizes, shape], [{ a: 3, i: 3 }, [3]]);
  assert.deepEqual(groups[0].cells.x, [0, 1, 1, 2, 3, 3, 4, 5]);
  assert.deepEqual(groups[0].cells.w, [1, 2, 0, 1, 2, 0, 1, 2]);
});

test("what could not be drawn is said with both numbers and the remedy", () => {
  const x = { shape: [1, 60, 60, 1], data: Array(3600).fill(1) };
  const large = {
    ...lopsided,
    controls: [],
    trace: { ...lopsided.trace, operands: { ...lopsided.trace.operands, x } },
  };
  assert.match(
    build(large),
    /would be \d{5} terms, and a page draws at most 10000: make the kernel/,
  );
});

test("after an edit only what depends on it is computed again", () => {
  const geometry = {};
  const first = build(lopsided, { geometry });
  const edits = { x: { "0,0,0,0": 9 }, w: { "0,0,0,0": -2.5 }, delta: { "0,0,0,0": 4 } };
  const again = build(lopsided, { geometry, edits }, first),
    fresh = build(lopsided, { geometry: {}, edits });
  assert.equal(again.groups, first.groups);
  for (const direction of directions(lopsided.trace).filter((d) => !d.both)) {
    const p = pass(again, direction, pass(first, direction));
    assert.equal(p.steps, pass(again, direction, p).steps);
    assert.deepEqual(p.values, pass(fresh, direction).values);
  }
  const pool = vectors.changed.find(
    ({ state }) => state.trace.operands.x && !state.trace.operands.w,
  ).state;
  const before = build(pool, { geometry }),
    top = build(pool, { geometry, edits: { x: { "0,0,0,0": 99 } } }, before);
  assert.notDeepEqual(top.groups, before.groups, "the winner has changed");
});

test("sigmoid keeps its digits far from 0", () => {
  const [f, slope] = functions(vectors.traces.find((v) => v.name === "sigmoid").trace);
  for (const s of [36, 40, 100, 700]) {
    assert.ok(Math.abs(f(-s) / Math.exp(-s) - 1) < 1e-12, `sigmoid(-${s})`);
    for (const side of [s, -s])
      assert.ok(Math.abs(slope(side) / Math.exp(-s) - 1) < 1e-12, `slope at ${side}`);
  }
  assert.deepEqual([f(0), slope(0), f(800), f(-800)], [0.5, 0.25, 1, 0]);
});

test("a cell has room for about seven characters", () => {
  const written = {
    0.3333: 1 / 3,
    "−0.3333": -1 / 3,
    1234.6: 1234.5678,
    100000: 1e5,
    1234567: 1234567,
    "−1.23e6": -1234567,
    "1.23e5": 123456.78,
    "−1.20e6": -1200000.5,
    "2.50e−7": 2.5e-7,
    "−12346": -12345.6789,
    0.0001: 1.0001e-4,
    "∞": Infinity,
    undefined: NaN,
  };
  for (const [shape, value] of Object.entries(written)) assert.equal(brief(value), shape);
});

test("numbers are written with a true minus, briefly, and read back as typed", () => {
  const written = {
    0: 0,
    "−3": -3,
    0.25: 0.25,
    0.3333: 1 / 3,
    "−0.6667": -2 / 3,
    1000: 1e3,
    "∞": Infinity,
    "−∞": -Infinity,
    undefined: NaN,
    "1.00e7": 1e7,
    "−2.50e−7": -2.5e-7,
    0.0001: 0.0001,
  };
  for (const [shape, value] of Object.entries(written)) assert.equal(text(value), shape);
  assert.equal(text(-0), "0");
  assert.equal(factor(-2), "(−2)");
  assert.equal(factor(2.5), "2.5");
  for (const [typed, value] of Object.entries({
    "−3": -3,
    "-3": -3,
    " 2,5 ": 2.5,
    2.5: 2.5,
    "1e3": 1000,
    ".5": 0.5,
  })) {
    assert.equal(parse(typed), value);
  }
  for (const typed of ["", "  ", "abc", "1.2.3", "1 2"])
    assert.ok(Number.isNaN(parse(typed)), typed);
  for (const value of [0, -1, 0.125, -12.5, 123456]) assert.equal(parse(text(value)), value);
});
