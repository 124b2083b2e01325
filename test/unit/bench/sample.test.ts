import assert from "node:assert/strict";
import test from "node:test";
import {
  compact,
  completionsBetween,
  countCodes,
  latencyOf,
  rateBetween,
  secondsUntilRate,
  shareOf,
} from "../../../bench/load/sample.ts";
import type { Sample } from "../../../bench/load/sample.ts";

function sample(sentAt: number, endedAt: number, change: Partial<Sample> = {}): Sample {
  const plain = { outcome: "answered", code: "", backend: "b0", retryAfterSeconds: null } as const;
  return { dueAt: sentAt, sentAt, endedAt, ...plain, ...change };
}

/** Requests of `stayMs` that end one after the other, `gapMs` apart. */
function stream(from: number, to: number, gapMs: number, stayMs: number): Sample[] {
  const samples: Sample[] = [];
  for (let at = from; at < to; at += gapMs) samples.push(sample(at - stayMs, at));
  return samples;
}

test("latency counts from when a request was due, not from when it was sent", () => {
  assert.equal(latencyOf(sample(150, 400, { dueAt: 100 })), 300);
});

test("a request that crosses the edge of a window counts by the part of it that lies inside", () => {
  assert.equal(rateBetween([sample(500, 1500)], 1000, 2000), 0.5);
  assert.equal(rateBetween([sample(0, 4000)], 1000, 2000), 0.25);
  assert.equal(rateBetween([sample(2000, 2500)], 1000, 2000), 0);
});

test("the rate of a steady stream does not depend on where the window lies", () => {
  const samples = stream(0, 20_000, 100, 800);
  for (const from of [3000, 3033, 3050, 3099]) assert.ok(Math.abs(rateBetween(samples, from, from + 5000) - 10) < 1e-9);
});

test("completions count where they ended", () => {
  assert.equal(completionsBetween([sample(0, 999), sample(0, 1000), sample(0, 1999), sample(0, 2000)], 1000, 2000), 2);
});

test("the time until a rate is that until the first window that has it", () => {
  const samples = [...stream(0, 2000, 100, 50), ...stream(5000, 12_000, 100, 50)];
  const window = { from: 2000, to: 12_000, windowMs: 2000 };
  const seconds = secondsUntilRate(samples, { ...window, needed: 9.5 });
  // One in twenty may be missing, so the window may begin a little before the stream.
  assert.ok(seconds >= 2.8 && seconds <= 3, String(seconds));
  assert.equal(secondsUntilRate(samples, { ...window, needed: 20 }), Infinity);
});

test("shares and codes are counted; of nothing there is no share", () => {
  const samples = [sample(0, 1), sample(0, 1, { outcome: "shed", code: "overloaded" })];
  assert.equal(
    shareOf(samples, ({ outcome }) => outcome === "shed"),
    0.5,
  );
  assert.ok(Number.isNaN(shareOf([], () => true)));
  assert.deepEqual(countCodes([...samples, ...samples]), { overloaded: 2 });
});

test("the raw series keeps every sample, relative to its beginning", () => {
  assert.deepEqual(compact([sample(1000.4, 1200.6, { retryAfterSeconds: 2 })], 1000), [
    [0, 0, 201, "answered", "", "b0", 2],
  ]);
});
