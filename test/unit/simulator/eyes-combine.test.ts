import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldNames } from "../../../schemas/index.ts";
import { combine } from "../../../src/simulator/eyes/index.ts";
import type { Impression, Sighting } from "../../../src/simulator/sighting.ts";

function impression(value: string | null, probability: number): Impression {
  return { value, probability, alternatives: [] };
}

function sighting(seen: Partial<Sighting>): Sighting {
  const blank = Object.fromEntries(fieldNames.map((field) => [field, impression(null, 0.9)])) as Sighting;
  return { ...blank, ...seen };
}

test("one sighting stays as it is", () => {
  const one = sighting({ type: impression("dress", 0.4) });
  assert.deepEqual(combine([one]), one);
});

test("the surest view wins, field by field", () => {
  const front = sighting({ type: impression("dress", 0.4), color: impression("red", 0.9) });
  const back = sighting({ type: impression("coat", 0.6), color: impression("pink", 0.5) });
  const { type, color } = combine([front, back]);
  assert.deepEqual([type.value, color.value], ["coat", "red"]);
});

test("of two equally sure views the first wins", () => {
  const views = ["dress", "coat"].map((value) => sighting({ type: impression(value, 0.5) }));
  assert.equal(combine(views).type.value, "dress");
});

test("a value beats any surer null", () => {
  const tag = sighting({});
  const front = sighting({ type: impression("skirt", 0.2) });
  assert.equal(combine([tag, front]).type.value, "skirt");
  assert.equal(combine([front, tag]).type.value, "skirt");
});

test("a field is null where all views leave it so", () => {
  assert.equal(combine([sighting({}), sighting({})]).brand.value, null);
});

test("no sighting at all is the caller's mistake", () => {
  assert.throws(() => combine([]), RangeError);
});
