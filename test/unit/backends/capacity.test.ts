import assert from "node:assert/strict";
import { test } from "node:test";
import { createCapacity } from "../../../src/backends/capacity.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const work = { visionTokens: 600, textTokens: 400 };

test("before anything is known equal places mean equal capacity, and never none", () => {
  const clock = createManualClock();
  assert.equal(createCapacity(clock).tokensOf(4), createCapacity(clock).tokensOf(2) * 2);
  assert.ok(createCapacity(clock).tokensOf(1) > 0);
});

test("places times tokens a second: a backend three times as fast carries three times as much", () => {
  const clock = createManualClock();
  const [slow, fast] = [createCapacity(clock), createCapacity(clock)];
  for (let i = 0; i < 50; i += 1) {
    clock.advance(100);
    slow.answered(work, 600);
    fast.answered(work, 200);
  }
  assert.ok(Math.abs(fast.tokensOf(8) / slow.tokensOf(8) - 3) < 0.05);
  assert.ok(Math.abs(fast.tokensOf(8) - (8 * 1000) / 0.2) < 400);
});

test("large requests, which take longer, do not make a backend look slow", () => {
  const clock = createManualClock();
  const [small, large] = [createCapacity(clock), createCapacity(clock)];
  for (let i = 0; i < 50; i += 1) {
    small.answered({ visionTokens: 100, textTokens: 100 }, 100);
    large.answered({ visionTokens: 1000, textTokens: 1000 }, 1000);
  }
  assert.ok(Math.abs(small.tokensOf(8) / large.tokensOf(8) - 1) < 0.01);
});

test("what was learned long ago is forgotten, so that a slow time does not starve a backend for ever", () => {
  const clock = createManualClock();
  const [fresh, slow] = [createCapacity(clock), createCapacity(clock)];
  for (let i = 0; i < 50; i += 1) slow.answered(work, 60_000);
  assert.ok(slow.tokensOf(1) < fresh.tokensOf(1) / 20);
  clock.advance(600_000);
  assert.ok(Math.abs(slow.tokensOf(1) / fresh.tokensOf(1) - 1) < 0.01);
});
