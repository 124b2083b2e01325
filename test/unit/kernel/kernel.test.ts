import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import test from "node:test";
import {
  createId,
  createSemaphore,
  seededRandom,
  stableHash,
  startDeadline,
  untilAborted,
} from "../../../src/kernel/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";

test("an id is unique and sorts by time", () => {
  const ids = [1, 2, 3].map((wallMs) => createId("gar_", wallMs));
  assert.deepEqual(ids.toSorted(), ids);
  assert.match(ids[0] as string, /^gar_[0-9a-f]{32}$/);
  assert.notEqual(createId("gar_", 5), createId("gar_", 5));
});

test("a seeded source repeats itself and stays in [0, 1)", () => {
  const draw = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.ok(draw(7).every((value) => value >= 0 && value < 1));
});

test("a stable hash does not depend on the order of keys, but on that of lists", () => {
  assert.equal(stableHash({ a: 1, b: [1, { c: 2, d: null }] }), stableHash({ b: [1, { d: null, c: 2 }], a: 1 }));
  assert.notEqual(stableHash([1, 2]), stableHash([2, 1]));
  assert.notEqual(stableHash({ a: null }), stableHash({}));
});

test("a deadline aborts with its reason when the time is up", () => {
  const clock = createManualClock();
  const deadline = startDeadline(clock, 100, () => new Error("late"));
  clock.advance(99);
  assert.equal(deadline.signal.aborted, false);
  assert.equal(deadline.remainingMs(), 1);
  clock.advance(1);
  assert.equal((deadline.signal.reason as Error).message, "late");
  assert.equal(deadline.remainingMs(), 0);
});

test("a deadline can be narrowed, counted from its start, and never widened", () => {
  const clock = createManualClock();
  const deadline = startDeadline(clock, 100, () => new Error("late"));
  clock.advance(10);
  deadline.narrow(500);
  assert.equal(deadline.remainingMs(), 90);
  deadline.narrow(30);
  assert.equal(deadline.remainingMs(), 20);
  clock.advance(20);
  assert.equal(deadline.signal.aborted, true);
});

test("narrowing a deadline into the past ends it", () => {
  const clock = createManualClock();
  const deadline = startDeadline(clock, 100, () => new Error("late"));
  clock.advance(50);
  deadline.narrow(20);
  clock.advance(0);
  assert.equal(deadline.signal.aborted, true);
});

test("a disposed deadline leaves no timer behind", () => {
  const clock = createManualClock();
  startDeadline(clock, 100, () => new Error("late")).dispose();
  assert.equal(clock.pending, 0);
});

test("waiting ends with the work, its failure or the signal, whichever is first, and leaves no listener", async () => {
  const never = new Promise<string>(() => {});
  const caller = new AbortController();
  assert.equal(await untilAborted(Promise.resolve("done"), caller.signal), "done");
  await assert.rejects(untilAborted(Promise.reject(new Error("broken")), caller.signal), /broken/);
  assert.equal(getEventListeners(caller.signal, "abort").length, 0);
  const waiting = untilAborted(never, caller.signal);
  caller.abort(new Error("late"));
  await assert.rejects(waiting, /late/);
  await assert.rejects(untilAborted(never, caller.signal), /late/);
});

test("a semaphore lets in as many as it has places, in order", async () => {
  const semaphore = createSemaphore(2);
  const order: number[] = [];
  let most = 0;
  await Promise.all(
    [1, 2, 3, 4, 5].map((n) =>
      semaphore.run(async () => {
        order.push(n);
        most = Math.max(most, semaphore.active);
        await Promise.resolve();
      }),
    ),
  );
  assert.deepEqual(order, [1, 2, 3, 4, 5]);
  assert.equal(most, 2);
  assert.equal(semaphore.active, 0);
});

test("a semaphore's waiter leaves when its signal aborts, and failed work frees its place", async () => {
  const semaphore = createSemaphore(1);
  let free = (): void => {};
  const holding = semaphore.run(() => new Promise<void>((resolve) => (free = resolve)));
  const leaver = new AbortController();
  const waiting = semaphore.run(async () => "never", leaver.signal);
  leaver.abort(new Error("gone"));
  await assert.rejects(waiting, /gone/);
  assert.equal(semaphore.waiting, 0);
  free();
  await holding;
  await assert.rejects(
    semaphore.run(async () => Promise.reject(new Error("broken"))),
    /broken/,
  );
  assert.equal(semaphore.active, 0);
});
