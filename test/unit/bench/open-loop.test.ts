import assert from "node:assert/strict";
import test from "node:test";
import { drawArrivals, runOpenLoop } from "../../../bench/load/open-loop.ts";
import type { Client } from "../../../bench/load/client.ts";
import { startClosedLoop } from "../../../bench/load/closed-loop.ts";
import type { Sample } from "../../../bench/load/sample.ts";
import { seededRandom } from "../../../src/kernel/index.ts";

const plain = { outcome: "answered", code: "", backend: "b0", retryAfterSeconds: null } as const;

/** A client whose answers come when the test lets them. */
function heldClient(): { client: Client; answer: () => void; readonly open: number; dueAt: (number | undefined)[] } {
  const waiting: (() => void)[] = [];
  const dueAt: (number | undefined)[] = [];
  return {
    client: {
      send: (options) =>
        new Promise<Sample>((resolve) => {
          dueAt.push(options?.dueAt);
          waiting.push(() => resolve({ dueAt: options?.dueAt ?? 0, sentAt: 0, endedAt: 0, ...plain }));
        }),
      close: () => {},
    },
    answer: () => waiting.shift()?.(),
    get open() {
      return waiting.length;
    },
    dueAt,
  };
}

test("arrivals are in order, within the time, about as many as asked for, and the same for the same seed", () => {
  const draw = (seed: number): number[] =>
    drawArrivals({ ratePerSecond: 100, durationMs: 60_000, random: seededRandom(seed) });
  const arrivals = draw(1);
  assert.ok(Math.abs(arrivals.length - 6000) < 4 * Math.sqrt(6000), String(arrivals.length));
  assert.ok(arrivals.every((at, i) => at >= (arrivals[i - 1] ?? 0) && at < 60_000));
  assert.deepEqual(draw(1), arrivals);
  assert.notDeepEqual(draw(2), arrivals);
});

test("independent callers come whether or not others have their answers, and latency counts from when they were due", async () => {
  const held = heldClient();
  const random = seededRandom(3);
  const expected = drawArrivals({ ratePerSecond: 1000, durationMs: 20, random: seededRandom(3) }).length;
  const running = runOpenLoop(held.client, { ratePerSecond: 1000, durationMs: 20, random, send: {} });
  while (held.open < expected) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(held.dueAt.every((at, i) => (at as number) >= (held.dueAt[i - 1] ?? 0)));
  for (let i = 0; i < expected; i += 1) held.answer();
  assert.equal((await running).length, expected);
});

test("a crowd has one request each under way and stops with the last answer", async () => {
  const held = heldClient();
  const loop = startClosedLoop(held.client, 3, () => ({}));
  assert.equal(held.open, 3);
  held.answer();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(held.open, 3);
  const stopped = loop.stop();
  while (held.open > 0) held.answer();
  await stopped;
  assert.equal(loop.samples.length, 4);
});
