import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnswerCache } from "../../../src/cache/index.ts";
import type { StoreLimits } from "../../../src/cache/index.ts";
import { seededRandom } from "../../../src/kernel/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";

function open(limits: Partial<StoreLimits> = {}) {
  const clock = createManualClock();
  return { clock, cache: createAnswerCache({ maxEntries: 100, maxBytes: 10_000, ttlMs: 1000, clock, ...limits }) };
}

test("an answer is found under its own key only", () => {
  const { cache } = open();
  cache.set("a", "1");
  assert.equal(cache.get("a"), "1");
  assert.equal(cache.get("b"), undefined);
});

test("the number of entries is bounded: at the limit all stay, one more pushes out the least recently used", () => {
  const { cache } = open({ maxEntries: 2 });
  cache.set("a", "1");
  cache.set("b", "2");
  assert.equal(cache.entries, 2);
  cache.get("a");
  cache.set("c", "3");
  assert.equal(cache.entries, 2);
  assert.deepEqual(
    ["a", "b", "c"].map((key) => cache.get(key)),
    ["1", undefined, "3"],
  );
});

test("the bytes are bounded: exactly full all stay, one byte more pushes one out", () => {
  const { cache } = open({ maxBytes: 20 });
  cache.set("a", "x".repeat(9));
  cache.set("b", "x".repeat(9));
  assert.deepEqual([cache.bytes, cache.entries], [20, 2]);
  cache.set("b", "x".repeat(10));
  assert.deepEqual([cache.bytes, cache.entries], [11, 1]);
  assert.equal(cache.get("a"), undefined);
});

test("an entry as large as the whole cache is stored, a larger one is not and pushes nothing out", () => {
  const { cache } = open({ maxBytes: 20 });
  cache.set("a", "1");
  assert.equal(cache.set("b", "x".repeat(20)), false);
  assert.equal(cache.get("a"), "1");
  assert.equal(cache.set("b", "x".repeat(19)), true);
  assert.equal(cache.bytes, 20);
});

test("bytes are those of UTF-8", () => {
  const { cache } = open();
  cache.set("k", "é日👕");
  assert.equal(cache.bytes, 1 + 2 + 3 + 4);
});

test("an answer lives for its time and no longer, even one stored when the clock read 0", () => {
  const { cache, clock } = open({ ttlMs: 1000 });
  cache.set("a", "1");
  clock.advance(1000);
  assert.equal(cache.get("a"), "1");
  clock.advance(1);
  assert.equal(cache.get("a"), undefined);
  assert.deepEqual([cache.entries, cache.bytes], [0, 0]);
});

test("reading an answer does not make it younger, storing it again does", () => {
  const { cache, clock } = open({ ttlMs: 1000 });
  cache.set("read", "1");
  cache.set("stored", "1");
  clock.advance(900);
  cache.get("read");
  cache.set("stored", "2");
  clock.advance(200);
  assert.equal(cache.get("read"), undefined);
  assert.equal(cache.get("stored"), "2");
});

test("the cache arms no timer", () => {
  const { cache, clock } = open();
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  for (let i = 0; i < 50; i += 1) cache.set(String(i), "x");
  for (let i = 0; i < 50; i += 1) cache.get(String(i));
  assert.equal(timers(), before);
  assert.equal(clock.pending, 0);
});

test("10,000 random operations never exceed a limit, and the counts match what can be read back", () => {
  const { cache, clock } = open({ maxEntries: 50, maxBytes: 4000, ttlMs: 500 });
  const random = seededRandom(7);
  const keys = Array.from({ length: 200 }, (_, i) => `key-${i}`);
  let wasFull = { entries: false, bytes: false };
  for (let i = 0; i < 10_000; i += 1) {
    const key = keys[Math.floor(random() * keys.length)] as string;
    const length = random() < 0.02 ? 3990 + Math.floor(random() * 20) : Math.floor(random() * (i < 5000 ? 20 : 400));
    const dice = random();
    if (dice < 0.7) cache.set(key, "x".repeat(length));
    else if (dice < 0.95) cache.get(key);
    else clock.advance(Math.floor(random() * 40));
    assert.ok(cache.entries <= 50 && cache.bytes <= 4000, `${cache.entries} entries, ${cache.bytes} bytes`);
    wasFull = { entries: wasFull.entries || cache.entries === 50, bytes: wasFull.bytes || cache.bytes > 3800 };
  }
  assert.deepEqual(wasFull, { entries: true, bytes: true }, "the run reached both limits");
  const alive = keys.map((key) => [key, cache.get(key)] as const).filter(([, text]) => text !== undefined);
  assert.equal(cache.entries, alive.length);
  assert.equal(
    cache.bytes,
    alive.reduce((sum, [key, text = ""]) => sum + key.length + text.length, 0),
  );
  clock.advance(501);
  for (const key of keys) cache.get(key);
  assert.deepEqual([cache.entries, cache.bytes], [0, 0]);
});
