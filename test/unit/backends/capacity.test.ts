import assert from "node:assert/strict";
import { test } from "node:test";
import { createCapacity } from "../../../src/backends/capacity.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const work = { visionTokens: 600, textTokens: 400 };

function setUp(best: number | null = null) {
  const clock = createManualClock();
  return { clock, open: () => createCapacity({ clock, bestPace: () => best }) };
}

test("what has shown nothing is taken for as good as the best peer, so that it is tried", () => {
  assert.equal(setUp(5000).open().pace, 5000);
  const { pace, shownPace } = setUp().open();
  assert.ok(pace > 0);
  assert.equal(shownPace, null);
});

test("tokens a second and place: a backend three times as fast has three times the pace", () => {
  const { clock, open } = setUp();
  const [slow, fast] = [open(), open()];
  for (let i = 0; i < 50; i += 1) {
    clock.advance(100);
    slow.answered(work, 600);
    fast.answered(work, 200);
  }
  assert.ok(Math.abs(fast.pace / slow.pace - 3) < 0.01);
  assert.ok(Math.abs(fast.pace - 5000) < 10);
});

test("large requests, which take longer, do not make a backend look slow", () => {
  const { open } = setUp();
  const [small, large] = [open(), open()];
  for (let i = 0; i < 50; i += 1) {
    small.answered({ visionTokens: 100, textTokens: 100 }, 100);
    large.answered({ visionTokens: 1000, textTokens: 1000 }, 1000);
  }
  assert.ok(Math.abs(small.pace / large.pace - 1) < 0.01);
});

test("what was learned long ago is forgotten, so that a slow time does not starve a backend for ever", () => {
  const { clock, open } = setUp(4000);
  const slow = open();
  for (let i = 0; i < 50; i += 1) slow.answered(work, 60_000);
  assert.ok(slow.pace < 20);
  clock.advance(30_000);
  assert.ok(slow.pace < 20);
  clock.advance(600_000);
  assert.ok(Math.abs(slow.pace - 4000) < 40);
});
