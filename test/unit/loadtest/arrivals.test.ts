import assert from "node:assert/strict";
import test from "node:test";
import { drawArrivals } from "../../../loadtest/traffic/arrivals.ts";
import { seededRandom } from "../../../src/kernel/index.ts";

test("even arrivals come exactly as often as asked for", () => {
  const arrivals = drawArrivals([{ seconds: 10, from: 7 }], null);
  assert.ok(Math.abs(arrivals.length - 70) <= 1, String(arrivals.length));
  const gaps = arrivals.slice(1).map((at, before) => at - (arrivals[before] as number));
  assert.ok(gaps.every((gap) => Math.abs(gap - 1000 / 7) < 0.1));
});

test("a rate that rises in a straight line brings the mean number of requests, more of them late", () => {
  const arrivals = drawArrivals([{ seconds: 20, from: 0, to: 20 }], null);
  assert.ok(Math.abs(arrivals.length - 200) <= 1, String(arrivals.length));
  const early = arrivals.filter((at) => at < 10_000).length;
  assert.ok(Math.abs(early - 50) <= 1, String(early));
});

test("independent callers come at the rate on average, in order, within the time, and the same with the same seed", () => {
  const draw = () => drawArrivals([{ seconds: 200, from: 20 }], seededRandom(3));
  const arrivals = draw();
  assert.ok(Math.abs(arrivals.length - 4000) < 4 * Math.sqrt(4000), String(arrivals.length));
  assert.ok(arrivals.every((at, index) => at >= (arrivals[index - 1] ?? 0) && at < 200_000));
  assert.deepEqual(draw(), arrivals);
});
