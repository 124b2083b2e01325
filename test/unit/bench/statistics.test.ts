import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { orderInRound } from "../../../bench/harness/rounds.ts";
import { median, percentile } from "../../../bench/harness/statistics.ts";
import { ticksUpTo } from "../../../bench/harness/ticks.ts";

const figures = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

test("the median is the middle, or the mean of the middle two", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([7]), 7);
});

test("the median of figures that never came is their infinity, not a difference of two", () => {
  assert.equal(median([Infinity, Infinity]), Infinity);
  assert.equal(median([1, Infinity, Infinity]), Infinity);
});

test("of no figures there is no median and no percentile", () => {
  assert.ok(Number.isNaN(median([])));
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test("the median has as many figures below it as above it, and changes nothing it is given", () => {
  fc.assert(
    fc.property(figures, (values) => {
      const before = [...values];
      const middle = median(values);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      assert.ok(below <= values.length / 2 && above <= values.length / 2);
      assert.deepEqual(values, before);
    }),
  );
});

test("a percentile is the smallest figure that the share does not exceed", () => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.equal(percentile(values, 0.99), 99);
  assert.equal(percentile(values, 0.5), 50);
  assert.equal(percentile(values, 1), 100);
  assert.equal(percentile(values, 0), 1);
  assert.equal(percentile([5], 0.99), 5);
});

test("sides take turns forwards and backwards, each once a round", () => {
  assert.deepEqual(
    [0, 1, 2].map((round) => orderInRound(["a", "b", "c"], round)),
    [
      ["a", "b", "c"],
      ["c", "b", "a"],
      ["a", "b", "c"],
    ],
  );
});

test("ticks are round numbers from 0 that cover the largest value", () => {
  assert.deepEqual(ticksUpTo(3, 8), [0, 0.5, 1, 1.5, 2, 2.5, 3]);
  assert.deepEqual(ticksUpTo(1.2), [0, 0.5, 1, 1.5]);
  assert.deepEqual(ticksUpTo(56), [0, 20, 40, 60]);
  assert.deepEqual(ticksUpTo(0).length, 2);
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (max) => {
      const ticks = ticksUpTo(max);
      assert.ok((ticks.at(-1) as number) >= max * (1 - 1e-9));
      assert.ok(ticks.length >= 2 && ticks.length <= 8, String(ticks));
    }),
  );
});
