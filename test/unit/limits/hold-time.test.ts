import assert from "node:assert/strict";
import test from "node:test";
import { createHoldTime } from "../../../src/limits/hold-time.ts";
import { createManualClock } from "../../support/manual-clock.ts";

test("nearly every hold ends within the long hold, and half of them do not within the mean", () => {
  const holds = createHoldTime(createManualClock());
  // As on a fleet of builds at 1 : 1.5 : 3: most places are held briefly, some three times as long.
  const lengths = Array.from({ length: 300 }, (_, n) => [256, 256, 256, 513, 770][n % 5] as number);
  for (const length of lengths) holds.givenBack(length);
  const within = (limit: number) => lengths.filter((length) => length <= limit).length / lengths.length;
  assert.ok(within(holds.longHoldMs(false)) >= 0.99);
  assert.ok(within(holds.holdMs(false)) <= 0.8);
});

test("holds that are all alike need no margin, and a first one says nothing of how they differ", () => {
  const holds = createHoldTime(createManualClock());
  assert.equal(holds.longHoldMs(false), 0);
  holds.givenBack(400);
  assert.equal(holds.longHoldMs(false), 400);
  for (let n = 0; n < 50; n += 1) holds.givenBack(400);
  assert.equal(Math.round(holds.longHoldMs(false)), 400);
});

test("a standstill grows both", () => {
  const clock = createManualClock();
  const holds = createHoldTime(clock);
  holds.givenBack(100);
  clock.advance(5000);
  assert.equal(holds.holdMs(true), 5000);
  assert.equal(holds.longHoldMs(true), 5000);
  assert.equal(holds.holdMs(false), 100);
});
