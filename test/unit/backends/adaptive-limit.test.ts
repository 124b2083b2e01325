import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createAdaptiveLimit } from "../../../src/backends/adaptive-limit.ts";
import type { AdaptiveLimit } from "../../../src/backends/adaptive-limit.ts";
import { runQueueModel } from "./queue-model.ts";

const bounds = { floor: 2, ceiling: 64, now: 0 };

/** One generation of calls that fill the limit and take `durationMs` each. */
function generation(limit: AdaptiveLimit, beganAt: number, durationMs: number, waitingInside: number | null = null) {
  const inFlight = limit.limit;
  const now = beganAt + durationMs;
  for (let i = 0; i < inFlight; i += 1) limit.answered({ beganAt, now, tokens: 1000, inFlight, waitingInside });
  return now;
}

/** Brings a limit up to `to`, as a backend does that has places for all. */
function grow(limit: AdaptiveLimit, to: number): number {
  let now = 0;
  for (let i = 0; i < 500 && limit.limit < to; i += 1) now = generation(limit, now, 100, 0);
  assert.ok(limit.limit >= to, String(limit.limit));
  return now;
}

function refuse(limit: AdaptiveLimit, now: number): void {
  limit.refused({ beganAt: now, now: now + 1 });
}

const event = fc.record({
  kind: fc.constantFrom("answered", "refused", "restart", "ceiling"),
  ageMs: fc.nat(5000),
  stepMs: fc.nat(1000),
  tokens: fc.oneof(fc.nat(5000), fc.double()),
  inFlight: fc.nat(100),
  waitingInside: fc.option(fc.nat(500)),
  ceiling: fc.integer({ min: -3, max: 200 }),
});

test("whatever happens, the limit is a whole number between the floor and the ceiling", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (events, first) => {
      let ceiling = first;
      let now = 0;
      const limit = createAdaptiveLimit({ floor: 2, ceiling, now });
      for (const { kind, ageMs, stepMs, tokens, inFlight, waitingInside, ceiling: changed } of events) {
        now += stepMs;
        if (kind === "answered") limit.answered({ beganAt: now - ageMs, now, tokens, inFlight, waitingInside });
        else if (kind === "refused") limit.refused({ beganAt: now - ageMs, now });
        else if (kind === "restart") limit.restart(now);
        else limit.setCeiling((ceiling = Math.max(1, changed)));
        assert.ok(Number.isInteger(limit.limit));
        assert.ok(limit.limit >= Math.min(2, ceiling) && limit.limit <= ceiling, `${limit.limit} of ${ceiling}`);
      }
    }),
  );
});

test("it begins at the floor and doubles with each generation of answers", () => {
  const limit = createAdaptiveLimit(bounds);
  const seen = [limit.limit];
  let now = 0;
  for (let i = 0; i < 3; i += 1) {
    now = generation(limit, now, 100);
    seen.push(limit.limit);
  }
  assert.deepEqual(seen, [2, 4, 8, 16]);
});

test("calls that use little of it do not move it", () => {
  const limit = createAdaptiveLimit(bounds);
  grow(limit, 20);
  const before = limit.limit;
  for (let i = 1; i < 500; i += 1) {
    limit.answered({ beganAt: 1e6 + i, now: 1e6 + i + 100, tokens: 1000, inFlight: 3, waitingInside: 0 });
  }
  assert.equal(limit.limit, before);
});

test("a burst of refusals counts once, refusals one after another multiply, and never below the floor", () => {
  const limit = createAdaptiveLimit(bounds);
  const now = grow(limit, 40);
  const before = limit.limit;
  for (let i = 0; i < 100; i += 1) limit.refused({ beganAt: now, now: now + 1 });
  assert.equal(limit.limit, Math.floor(before * 0.7));
  refuse(limit, now + 10);
  assert.equal(limit.limit, Math.floor(Math.floor(before * 0.7) * 0.7));
  for (let i = 0; i < 50; i += 1) refuse(limit, now + 20 + 10 * i);
  assert.equal(limit.limit, 2);
});

test("it comes back from the floor after a time of refusals, told or not", () => {
  for (const waitingInside of [0, null]) {
    const limit = createAdaptiveLimit(bounds);
    let now = grow(limit, 40);
    for (let i = 0; i < 50; i += 1) refuse(limit, (now += 10));
    assert.equal(limit.limit, 2);
    for (let i = 0; i < 400; i += 1) now = generation(limit, now, 100, waitingInside);
    assert.ok(limit.limit >= 40, String(limit.limit));
  }
});

test("a backend that returns is taken from the floor to where it was within its own latency times the doublings", () => {
  const limit = createAdaptiveLimit(bounds);
  let now = grow(limit, 32);
  const before = limit.limit;
  limit.restart(now);
  assert.equal(limit.limit, 2);
  for (let i = 0; i < 5; i += 1) now = generation(limit, now, 100, 0);
  assert.ok(limit.limit >= before, String(limit.limit));
});

test("answers of calls that began before a change say nothing about the time after it", () => {
  const limit = createAdaptiveLimit(bounds);
  const now = grow(limit, 32);
  limit.restart(now);
  for (let i = 0; i < 100; i += 1) {
    limit.answered({ beganAt: now - 1, now: now + 5000, tokens: 1, inFlight: 64, waitingInside: 60 });
  }
  assert.equal(limit.limit, 2);
});

test("large requests are not taken for congestion", () => {
  const { trace } = runQueueModel({ slots: () => 24, ceiling: 64, seconds: 60, isTold: false, sizes: [200, 2000] });
  assertWithin(mean(trace.slice(40)), 24, 0.2);
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function assertWithin(value: number, truth: number, share: number): void {
  assert.ok(Math.abs(value - truth) <= share * truth, `${value} is not within ${share} of ${truth}`);
}

for (const slots of [8, 24, 48]) {
  test(`told of the queue inside it settles within 20 % of ${slots} places, from below and, when they halve, from above`, () => {
    const halvesAt = 40;
    const { trace } = runQueueModel({
      slots: (second) => (second < halvesAt ? slots : slots / 2),
      ceiling: 128,
      seconds: 80,
      isTold: true,
      sizes: [300, 1100],
    });
    // The limit is a whole number: one place beside a small truth is more than 20 %.
    for (const limit of trace.slice(20, halvesAt)) assertWithin(limit, slots, Math.max(0.2, 2 / slots));
    for (const limit of trace.slice(60)) assertWithin(limit, slots / 2, Math.max(0.2, 4 / slots));
  });
}

for (const slots of [12, 24, 48]) {
  test(`told nothing it hovers around ${slots} places, and follows when they halve`, () => {
    const { trace } = runQueueModel({
      slots: (second) => (second < 90 ? slots : slots / 2),
      ceiling: 128,
      seconds: 180,
      isTold: false,
      sizes: [300, 1100],
    });
    assertWithin(mean(trace.slice(50, 90)), slots, 0.2);
    assertWithin(mean(trace.slice(140)), slots / 2, 0.2);
  });
}

test("a ceiling below the places is kept to", () => {
  const { trace } = runQueueModel({ slots: () => 48, ceiling: 10, seconds: 20, isTold: true, sizes: [700] });
  assert.equal(Math.max(...trace), 10);
});
