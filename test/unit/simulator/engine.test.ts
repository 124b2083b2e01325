import assert from "node:assert/strict";
import test from "node:test";
import { createCard } from "../../../src/simulator/engine/card.ts";
import type { Card } from "../../../src/simulator/engine/card.ts";
import { createEngine } from "../../../src/simulator/engine/engine.ts";
import { createFrontStage } from "../../../src/simulator/engine/front-stage.ts";
import { latencyModels, scaleLatency } from "../../../src/simulator/engine/latency.ts";
import type { LatencyModel } from "../../../src/simulator/engine/latency.ts";
import { blockKeys, createPrefixCache } from "../../../src/simulator/engine/prefix-cache.ts";
import type { Work } from "../../../src/simulator/engine/sequence.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const never = new AbortController().signal;

function setUp({
  latency = {},
  maxNumSeqs = 256,
  card = createCard(),
}: Partial<{ latency: Partial<LatencyModel>; maxNumSeqs: number; card: Card }> = {}) {
  const clock = createManualClock();
  return { clock, ...attach({ latency, maxNumSeqs, card, clock }) };
}

function attach({
  latency,
  maxNumSeqs = 256,
  card,
  clock,
}: {
  latency: Partial<LatencyModel>;
  maxNumSeqs?: number;
  card: Card;
  clock: ReturnType<typeof createManualClock>;
}) {
  const model = { ...latencyModels.fp8, ...latency };
  const prefixCache = createPrefixCache(model.kvBlocks);
  return { engine: createEngine({ clock, latency: model, card, prefixCache, maxNumSeqs }), model };
}

function work(overrides: Partial<Work> = {}): Work {
  return { promptTokens: 400, blockKeys: [], patches: 1200, outputTokens: 80, ...overrides };
}

/** Lets promises settle between moves of the clock. */
async function run(clock: ReturnType<typeof createManualClock>, untilMs: number, stepMs = 1): Promise<void> {
  while (clock.now() < untilMs) {
    clock.advance(stepMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a lone request takes its prefill step and one step for each further token", async () => {
  const { clock, engine, model } = setUp();
  const done = engine.run(work({ outputTokens: 3, patches: 0 }), never);
  await run(clock, 100);
  const { scheduledAt, firstTokenAt, finishedAt } = await done;
  assert.equal(scheduledAt, 0);
  const prefill = model.baseMs + 400 * model.perPromptTokenMs;
  assert.ok(Math.abs(firstTokenAt - prefill) < 0.01, `first token at ${firstTokenAt}, expected ${prefill}`);
  const decode = model.baseMs + model.perSequenceMs + 401 * model.perKvTokenMs;
  assert.ok(Math.abs(finishedAt - firstTokenAt - 2 * decode) < 0.01);
});

test("batching serves sixteen requests in far less than sixteen times one", async () => {
  const serial = setUp();
  const one = serial.engine.run(work(), never);
  await run(serial.clock, 500);
  const alone = (await one).finishedAt;

  const batched = setUp();
  const all = Array.from({ length: 16 }, () => batched.engine.run(work(), never));
  await run(batched.clock, 5000);
  const last = Math.max(...(await Promise.all(all)).map(({ finishedAt }) => finishedAt));
  assert.ok(last < 16 * alone * 0.5, `batched ${last} ms, serial ${16 * alone} ms`);
});

test("nvfp4 is faster than fp8", async () => {
  const times: number[] = [];
  for (const build of ["fp8", "nvfp4"] as const) {
    const { clock, engine } = setUp({ latency: latencyModels[build] });
    const done = engine.run(work(), never);
    await run(clock, 500);
    times.push((await done).finishedAt);
  }
  assert.ok(times[1]! < 0.8 * times[0]!);
});

test("no more than max_num_seqs run; the others wait their turn in order of arrival", async () => {
  const { clock, engine } = setUp({ maxNumSeqs: 2 });
  const order: number[] = [];
  const all = [0, 1, 2, 3].map((i) => engine.run(work({ outputTokens: 10 + i }), never).then(() => order.push(i)));
  await run(clock, 30);
  assert.deepEqual([engine.running, engine.waiting], [2, 2]);
  await run(clock, 500);
  await Promise.all(all);
  assert.deepEqual(order, [0, 1, 2, 3]);
});

test("a cancelled request gives its place to the next at once", async () => {
  const { clock, engine } = setUp({ maxNumSeqs: 1 });
  const leaver = new AbortController();
  const first = engine.run(work({ outputTokens: 5000 }), leaver.signal);
  const second = engine.run(work({ outputTokens: 1, patches: 0 }), never);
  await run(clock, 100);
  assert.equal(engine.waiting, 1);
  leaver.abort(new Error("gone"));
  await assert.rejects(first, /gone/);
  await run(clock, 130);
  assert.ok((await second).finishedAt < 130);
  assert.deepEqual([engine.running, engine.waiting, clock.pending], [0, 0, 0]);
});

test("a cancelled waiter leaves the queue", async () => {
  const { clock, engine } = setUp({ maxNumSeqs: 1 });
  const leaver = new AbortController();
  void engine.run(work(), never);
  const second = engine.run(work(), leaver.signal);
  leaver.abort(new Error("gone"));
  await assert.rejects(second, /gone/);
  assert.equal(engine.waiting, 0);
  await run(clock, 500);
  assert.equal(engine.running, 0);
});

test("two engines on one card slow each other, on two cards they do not", async () => {
  async function timeOfFirst(shared: boolean): Promise<number> {
    const clock = createManualClock();
    const card = createCard();
    const a = attach({ latency: {}, card, clock }).engine;
    const b = attach({ latency: {}, card: shared ? card : createCard(), clock }).engine;
    const first = a.run(work(), never);
    void b.run(work({ outputTokens: 400 }), never);
    await run(clock, 3000);
    return (await first).finishedAt;
  }
  const [apart, together] = [await timeOfFirst(false), await timeOfFirst(true)];
  assert.ok(together > 1.8 * apart, `together ${together} ms, apart ${apart} ms`);
});

test("an engine that idles again gives the card back in the middle of the other's stride", async () => {
  const clock = createManualClock();
  const card = createCard();
  const a = attach({ latency: {}, card, clock }).engine;
  const b = attach({ latency: {}, card, clock }).engine;
  const long = a.run(work({ outputTokens: 400 }), never);
  void b.run(work({ outputTokens: 5 }), never);
  await run(clock, 3000);
  // Slowed by half the card for all its 400 steps it would take 1,400 ms and more.
  assert.ok((await long).finishedAt < 900, `took ${(await long).finishedAt} ms`);
});

test("a long prompt is prefilled in chunks that leave running requests their steps", async () => {
  const { clock, engine } = setUp({ latency: { maxBatchedTokens: 512 } });
  const tokenTimes: number[] = [];
  const onTokens = (): void => void tokenTimes.push(clock.now());
  void engine.run(work({ promptTokens: 100, patches: 0, outputTokens: 40, onTokens }), never);
  await run(clock, 10);
  const long = engine.run(work({ promptTokens: 4000, patches: 0, outputTokens: 1 }), never);
  await run(clock, 400);
  const { scheduledAt, firstTokenAt } = await long;
  assert.ok(firstTokenAt - scheduledAt > 4000 * 0.03);
  const between = tokenTimes.filter((time) => time > scheduledAt + 1 && time < firstTokenAt);
  assert.ok(between.length >= 7, `the other request got tokens ${between.length} times meanwhile`);
});

test("when KV blocks run out the youngest request is preempted and still finishes", async () => {
  const { clock, engine } = setUp({ latency: { kvBlocks: 60 } });
  const all = [1, 2].map(() => engine.run(work({ promptTokens: 400, patches: 0, outputTokens: 200 }), never));
  await run(clock, 3000);
  const timings = await Promise.all(all);
  assert.ok(engine.preemptions > 0);
  assert.ok(timings.every(({ finishedAt }) => finishedAt > 0));
});

test("a shared text prefix is computed once", async () => {
  const { clock, engine } = setUp();
  const keys = blockKeys(Array.from({ length: 400 }, (_, i) => i + 1000));
  const first = engine.run(work({ blockKeys: keys, outputTokens: 1 }), never);
  await run(clock, 100);
  const second = engine.run(work({ blockKeys: keys, outputTokens: 1 }), never);
  await run(clock, 200);
  assert.equal((await first).cachedTokens, 0);
  assert.equal((await second).cachedTokens, 384);
});

test("an image that differs breaks the chain of prefix blocks from there on", () => {
  const text = Array.from({ length: 64 }, (_, i) => i + 1000);
  const a = blockKeys([...text, ...Array<number>(32).fill(111), ...text]);
  const b = blockKeys([...text, ...Array<number>(32).fill(222), ...text]);
  assert.deepEqual(a.slice(0, 4), b.slice(0, 4));
  assert.ok(a.slice(4).every((key, i) => key !== b[i + 4]));
});

test("in instant mode everything is done without the clock moving", async () => {
  const { engine, clock } = setUp({ latency: scaleLatency(latencyModels.fp8, 0) });
  const all = await Promise.all([1, 2, 3].map(() => engine.run(work(), never)));
  assert.ok(all.every(({ finishedAt }) => finishedAt === 0));
  assert.equal(clock.pending, 0);
});

test("a dead engine fails everything in flight and works again afterwards", async () => {
  const { clock, engine } = setUp();
  const first = engine.run(work(), never);
  await run(clock, 10);
  engine.abortAll(new Error("dead"));
  await assert.rejects(first, /dead/);
  const second = engine.run(work(), never);
  await run(clock, 500);
  assert.ok((await second).finishedAt > 10);
});

test("decoding without a stream costs a few timers, not one a token", async () => {
  const clock = createManualClock();
  let timers = 0;
  const counting = {
    ...clock,
    now: () => clock.now(),
    after(delayMs: number, task: () => void) {
      timers += 1;
      return clock.after(delayMs, task);
    },
  };
  const { engine } = attach({ latency: {}, card: createCard(), clock: counting });
  const done = engine.run(work({ outputTokens: 500 }), never);
  await run(clock, 2000);
  assert.ok((await done).finishedAt > 500);
  assert.ok(timers <= 3, `${timers} timers`);
});

test("the front stage is serial: the second request waits for the first", async () => {
  const clock = createManualClock();
  const stage = createFrontStage(clock);
  const ends: number[] = [];
  void stage.pass(0, 10, never).then(() => ends.push(clock.now()));
  void stage.pass(0, 10, never).then(() => ends.push(clock.now()));
  await run(clock, 50);
  assert.deepEqual(ends, [10, 20]);
});
