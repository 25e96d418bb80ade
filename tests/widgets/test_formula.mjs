// Every activation as a page computes it, against numbers that cnnlib has just computed.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cnnlib-"));
cpSync(join(here, "../../cnnlib/widgets/static"), folder, { recursive: true });
writeFileSync(join(folder, "package.json"), '{"type":"module"}');
after(() => rmSync(folder, { recursive: true }));
const { functions, STEPS } = await import(pathToFileURL(join(folder, "formula.js")));
const { known, functions: activations } = JSON.parse(readFileSync(process.env.FORMULAS, "utf8"));

test("a page knows the steps that cnnlib records, and no others", () => {
  assert.deepEqual(Object.keys(STEPS).sort(), known);
});

for (const [name, { formula, points, values, slopes }] of Object.entries(activations)) {
  test(`${name} and its slope`, () => {
    const [value, slope] = functions({ formula });
    points.forEach((s, k) => {
      for (const [f, want] of [
        [value, values[k]],
        [slope, slopes[k]],
      ]) {
        const off = Math.abs(f(s) - want);
        assert.ok(off <= 1e-12 * Math.abs(want) + 4e-15, `at ${s}: ${f(s)}, cnnlib has ${want}`);
      }
    });
  });
}
