import assert from "node:assert/strict";
import test from "node:test";
import { fitSlope } from "../../../loadtest/judge/slope.ts";
import { seededRandom } from "../../../src/kernel/index.ts";

test("a straight line is found as it is", () => {
  const slope = fitSlope(Array.from({ length: 120 }, (_, at) => [at, 5 + 0.25 * at] as const));
  assert.ok(slope !== null);
  assert.ok(Math.abs(slope.perMinute - 0.25) < 1e-9, String(slope.perMinute));
});

test("the least values of a saw-tooth show its floor", () => {
  const saw = Array.from({ length: 360 }, (_, at) => [at, 10 + (at % 15)] as const);
  const slope = fitSlope(saw, "least");
  assert.ok(slope !== null && Math.abs(slope.perMinute) < 1e-9);
});

test("about one interval in twenty misses the true slope, though neighbouring readings resemble each other", () => {
  const random = seededRandom(11);
  let missed = 0;
  const rounds = 400;
  for (let round = 0; round < rounds; round += 1) {
    let level = 0;
    const series = Array.from({ length: 420 }, (_, at) => {
      level = 0.8 * level + random() - 0.5;
      return [at / 60, level] as const;
    });
    const slope = fitSlope(series);
    if (slope === null || slope.low > 0 || slope.high < 0) missed += 1;
  }
  assert.ok(missed / rounds < 0.09, `${missed} of ${rounds}`);
  assert.ok(missed / rounds > 0.02, `${missed} of ${rounds}`);
});

test("too few readings have no slope", () => {
  assert.equal(fitSlope([]), null);
  assert.equal(fitSlope(Array.from({ length: 20 }, (_, at) => [at, at] as const)), null);
});
