import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createBrownOut } from "../../../src/limits/index.ts";

test("gives way in steps as the pressure grows, before requests are shed", () => {
  const brownOut = createBrownOut({ enabled: true });
  assert.deepEqual(
    [0, 0.5, 0.69, 0.7, 0.8, 0.85, 0.99, 1].map((pressure) => brownOut.update(pressure)),
    [1, 1, 1, 0.75, 0.75, 0.5, 0.5, 0.5],
  );
});

test("takes a step back only well below the pressure that made it", () => {
  const brownOut = createBrownOut({ enabled: true });
  assert.deepEqual(
    [0.9, 0.8, 0.7, 0.69, 0.6, 0.5, 0.49].map((pressure) => brownOut.update(pressure)),
    [0.5, 0.5, 0.5, 0.75, 0.75, 0.75, 1],
  );
});

test("a jump of the pressure goes the whole way at once, in both directions", () => {
  const brownOut = createBrownOut({ enabled: true });
  assert.equal(brownOut.update(1), 0.5);
  assert.equal(brownOut.update(0), 1);
});

test("keeps everything where it is not enabled", () => {
  const brownOut = createBrownOut({ enabled: false });
  assert.equal(brownOut.update(1), 1);
  assert.equal(brownOut.factor, 1);
});

test("settles under a pressure that swings a little, whatever it came from", () => {
  const swing = fc.double({ min: -0.07, max: 0.07, noNaN: true });
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.array(swing), (around, swings) => {
      const brownOut = createBrownOut({ enabled: true });
      for (const by of swings) brownOut.update(around + by);
      const factors = new Set(swings.map((by) => brownOut.update(around + by)));
      assert.ok(factors.size <= 1, `around ${around}: ${[...factors].join(", ")}`);
    }),
  );
});

test("a pressure that makes no sense neither hangs nor breaks it", () => {
  const brownOut = createBrownOut({ enabled: true });
  assert.deepEqual(
    [Infinity, -1, Number.NaN, -Infinity].map((pressure) => brownOut.update(pressure)),
    [0.5, 1, 1, 1],
  );
});
