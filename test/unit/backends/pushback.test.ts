import assert from "node:assert/strict";
import { test } from "node:test";
import { createPushback } from "../../../src/backends/pushback.ts";
import { createManualClock } from "../../support/manual-clock.ts";

function setUp() {
  const clock = createManualClock();
  let over = 0;
  const pushback = createPushback({ clock, random: () => 1, onOver: () => (over += 1) });
  /** Turned away a call that begins now. */
  const busy = (retryAfterMs?: number) => pushback.busy(clock.now(), retryAfterMs);
  return { clock, pushback, busy, over: () => over };
}

test("each refusal after the pause doubles the next pause, up to five seconds", () => {
  const { clock, pushback, busy } = setUp();
  const pauses = Array.from({ length: 8 }, () => {
    busy();
    const pauseMs = pushback.remainingMs;
    clock.advance(pauseMs + 1);
    return pauseMs;
  });
  assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

test("calls that were turned away together count once", () => {
  const { clock, pushback, busy } = setUp();
  const beganAt = clock.now();
  clock.advance(10);
  busy();
  for (let i = 0; i < 100; i += 1) pushback.busy(beganAt, undefined);
  assert.equal(pushback.remainingMs, 100);
});

test("what the backend asks for is honoured, up to half a minute", () => {
  const { clock, pushback, busy } = setUp();
  busy(3000);
  assert.equal(pushback.remainingMs, 3000);
  clock.advance(3001);
  busy(86_400_000);
  assert.equal(pushback.remainingMs, 30_000);
});

test("an answer ends the row, and the end of a pause is told once", () => {
  const { clock, pushback, busy, over } = setUp();
  busy();
  clock.advance(100);
  busy();
  clock.advance(200);
  assert.equal(over(), 2);
  pushback.answered();
  busy();
  assert.equal(pushback.remainingMs, 100);
  pushback.close();
  assert.equal(clock.pending, 0);
});
