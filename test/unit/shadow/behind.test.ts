import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createBatches } from "../../../src/shadow/batches.ts";
import { createTurns } from "../../../src/shadow/turns.ts";
import { answered, openShadowScene, stored } from "../../support/shadow.ts";

test("what comes while a write is under way is written together after it", async () => {
  const writes: number[][] = [];
  const gates: (() => void)[] = [];
  const batches = createBatches<number>(async (items) => {
    writes.push([...items]);
    await new Promise<void>((open) => gates.push(open));
  });
  const all = Promise.all([1, 2, 3].map((item) => batches.add(item)));
  assert.deepEqual(writes, [[1]]);
  assert.equal(batches.waiting, 2);
  gates[0]?.();
  await nextTurn();
  assert.deepEqual(writes, [[1], [2, 3]]);
  assert.equal(batches.waiting, 0);
  gates[1]?.();
  await all;
  void batches.add(4);
  assert.deepEqual(writes.at(-1), [4], "when nothing is under way it begins at once");
});

test("a write that fails fails those in it, and the next one goes on", async () => {
  const batches = createBatches<string>(async (items) => {
    if (items.includes("bad")) throw new Error("refused");
  });
  const [first, bad, alsoIn] = await Promise.allSettled(["good", "bad", "with it"].map((item) => batches.add(item)));
  assert.deepEqual([first?.status, bad?.status, alsoIn?.status], ["fulfilled", "rejected", "rejected"]);
  await batches.add("next");
});

test("a turn takes so many and no more, and the next one is told where more wanted in", async () => {
  let told = 0;
  const turns = createTurns(2, () => (told += 1));
  assert.deepEqual([turns.take(), turns.take(), turns.take(), turns.take()], [true, true, false, false]);
  await nextTurn();
  assert.equal(told, 1);
  assert.deepEqual([turns.take(), turns.take()], [true, true]);
  await nextTurn();
  assert.equal(told, 1, "nobody was turned away");
});

test("many mirrored calls are not started in one turn", async (t) => {
  const { shadow, calls } = await openShadowScene(t, { max_concurrency: 64 });
  await shadow.observe(Array.from({ length: 20 }, (_, at) => stored(`g${at}`)));
  const atOnce = calls.length;
  assert.ok(atOnce < 20, `${atOnce} at once`);
  while (calls.length < 20) await nextTurn();
  await Promise.all(calls.map((call) => call.end(answered)));
});
