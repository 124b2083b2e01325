import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { systemClock } from "../../../src/kernel/index.ts";
import type { Clock } from "../../../src/kernel/index.ts";
import { createHeicDecoder } from "../../../src/image/heic-decoder.ts";
import type { HeicDecoder, HeicDecoderOptions } from "../../../src/image/heic-decoder.ts";

const plain = readFileSync("test/fixtures/heic/plain.heic");
const stubWorker = new URL("../../support/stub-heic.worker.ts", import.meta.url);

function openDecoder(t: TestContext, options: Partial<HeicDecoderOptions> = {}): HeicDecoder {
  const decoder = createHeicDecoder({ maxPixels: 50_000_000, ...options });
  t.after(() => decoder.close());
  return decoder;
}

/** What the stub worker is told to do, as bytes. */
const asked = (behaviour: string): Buffer => Buffer.from(behaviour);

test("pixels come interleaved and tightly packed", async (t) => {
  const { data, width, height, channels } = await openDecoder(t).decode(plain, 3);
  assert.deepEqual({ width, height, channels }, { width: 96, height: 64, channels: 3 });
  assert.equal(data.length, 96 * 64 * 3);
});

test("images are decoded one after the other by the same worker", async (t) => {
  const decoder = openDecoder(t);
  const decoded = await Promise.all([1, 2, 3].map(() => decoder.decode(plain, 4)));
  assert.deepEqual(
    decoded.map(({ width }) => width),
    [96, 96, 96],
  );
});

test("the upload's own bytes are left alone", async (t) => {
  const bytes = Buffer.from(plain);
  await openDecoder(t).decode(bytes, 3);
  assert.deepEqual(bytes, plain);
});

test("more pixels in the bitstream than allowed are corrupt", async (t) => {
  const decoder = openDecoder(t, { maxPixels: 32 * 32 });
  await assert.rejects(decoder.decode(plain, 3), { code: "image_corrupt" });
});

test("bytes that libheif refuses are corrupt, and the next image is decoded", async (t) => {
  const decoder = openDecoder(t);
  await assert.rejects(decoder.decode(plain.subarray(0, 400), 3), { code: "image_corrupt", retryable: false });
  assert.equal((await decoder.decode(plain, 3)).width, 96);
});

for (const [behaviour, why] of [
  ["throw", "throws"],
  ["exit", "ends itself"],
  ["exhaust", "uses up its heap"],
] as const) {
  test(`an image on which the worker ${why} is corrupt, and a fresh worker takes the next`, async (t) => {
    const decoder = openDecoder(t, { workerFile: stubWorker, timeoutMs: 60_000 });
    await assert.rejects(decoder.decode(asked(behaviour), 3), { code: "image_corrupt", status: 422 });
    assert.equal((await decoder.decode(asked("answer"), 3)).width, 1);
  });
}

test("an image on which the worker hangs is corrupt after the timeout, and a fresh worker takes the next", async (t) => {
  const timers: { delayMs: number; task: () => void }[] = [];
  const clock: Clock = {
    ...systemClock,
    after(delayMs, task) {
      timers.push({ delayMs, task });
      return () => undefined;
    },
  };
  const decoder = openDecoder(t, { workerFile: stubWorker, timeoutMs: 1234, clock });
  const outcome = assert.rejects(decoder.decode(asked("hang"), 3), { code: "image_corrupt" });
  await setImmediate();
  assert.equal(timers[0]?.delayMs, 1234);
  timers[0]?.task();
  await outcome;
  assert.equal((await decoder.decode(asked("answer"), 3)).width, 1);
});

test("a caller that goes away ends the decoding, and a fresh worker takes the next", async (t) => {
  const decoder = openDecoder(t, { workerFile: stubWorker, timeoutMs: 60_000 });
  const caller = new AbortController();
  const decoding = decoder.decode(asked("hang"), 3, caller.signal);
  await setImmediate();
  caller.abort(new Error("gone"));
  await assert.rejects(decoding, /gone/);
  assert.equal((await decoder.decode(asked("answer"), 3)).width, 1);
});

test("a caller that goes away just as its turn comes starts nothing", async (t) => {
  const decoder = openDecoder(t, { workerFile: stubWorker, timeoutMs: 60_000 });
  const caller = new AbortController();
  const decoding = decoder.decode(asked("hang"), 3, caller.signal);
  caller.abort(new Error("gone"));
  await assert.rejects(decoding, /gone/);
});

test("a full queue sheds the next image as overload", async (t) => {
  const decoder = openDecoder(t, { workerFile: stubWorker, maxWaiting: 1, timeoutMs: 60_000 });
  const caller = new AbortController();
  const decoding = decoder.decode(asked("hang"), 3, caller.signal);
  const waiting = decoder.decode(asked("answer"), 3);
  await assert.rejects(decoder.decode(asked("answer"), 3), { code: "overloaded", status: 503, retryable: true });
  caller.abort(new Error("gone"));
  await assert.rejects(decoding, /gone/);
  assert.equal((await waiting).width, 1);
});

test("a worker whose memory has grown large is replaced", async (t) => {
  const decoder = openDecoder(t, { workerFile: stubWorker });
  // The stub answers with its thread's id as the first pixel.
  const small = await decoder.decode(asked("answer"), 3);
  const again = await decoder.decode(asked("grown"), 3);
  const fresh = await decoder.decode(asked("answer"), 3);
  assert.equal(again.data[0], small.data[0]);
  assert.notEqual(fresh.data[0], small.data[0]);
});

test("closing ends the worker in the middle of its work", async (t) => {
  const decoder = openDecoder(t, { workerFile: stubWorker, timeoutMs: 60_000 });
  await decoder.decode(asked("answer"), 3);
  const outcome = assert.rejects(decoder.decode(asked("hang"), 3), { code: "overloaded" });
  await setImmediate();
  await decoder.close();
  await outcome;
});

test("an image whose turn comes after closing starts no worker", async (t) => {
  const decoder = openDecoder(t, { workerFile: stubWorker, timeoutMs: 60_000 });
  const outcome = assert.rejects(decoder.decode(asked("answer"), 3), { code: "overloaded" });
  await decoder.close();
  await outcome;
});
