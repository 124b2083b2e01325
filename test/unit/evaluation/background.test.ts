import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import test from "node:test";
import { candidate, openTestEvaluation, plainShirt } from "../../support/evaluation.ts";
import type { TestEvaluation } from "../../support/evaluation.ts";

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await isTrue()) return;
    await delay(5);
  }
  assert.fail("it did not come to be");
}

async function countScores({ storage }: TestEvaluation): Promise<number> {
  return (await storage.db.selectFrom("scores").select("id").execute()).length;
}

test("labels and answers are joined in the background, about once a second and soon after a kick", async () => {
  const opened = await openTestEvaluation();
  const { clock, evaluation } = opened;
  evaluation.start();
  await opened.answer({ content: "c1" });
  await opened.label({ request_id: "gar_c1", labels: plainShirt });
  clock.advance(0);
  await until(async () => (await countScores(opened)) === 1);
  await opened.answer({ content: "c2" });
  await opened.label({ request_id: "gar_c2", labels: plainShirt });
  await until(async () => {
    clock.advance(1_000);
    return (await countScores(opened)) === 2;
  });
  await opened.answer({ content: "c3" });
  await opened.label({ request_id: "gar_c3", labels: plainShirt });
  await until(async () => {
    evaluation.kick();
    clock.advance(10);
    return (await countScores(opened)) === 3;
  });
  await opened.close();
  assert.equal(clock.pending, 0, "nothing is left to happen after the close");
});

test("a start takes a store up where another process left it, however it ended", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" }, { content: "c1", backend: candidate });
  await opened.label({ request_id: "gar_c1", labels: plainShirt });
  // As after a crash between the truths and the marks.
  await opened.evaluation.catchUp();
  await opened.storage.db.deleteFrom("scores").execute();
  await opened.storage.db.updateTable("labels").set({ is_joined: 0 }).execute();
  const next = opened.reopen();
  next.start();
  opened.clock.advance(0);
  await until(async () => (await countScores(opened)) === 2);
  await next.close();
  await opened.close();
});

test("the verdict is looked at every ten seconds", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" }, { content: "c1", backend: candidate });
  opened.evaluation.start();
  opened.clock.advance(0);
  await until(async () => {
    opened.clock.advance(10_000);
    return (await opened.evaluation.readAudit({})).entries.length === 1;
  });
  await opened.close();
  assert.equal(opened.clock.pending, 0);
});

test("what the shadow is told of new labels may fail: the batch is done again", async () => {
  const opened = await openTestEvaluation();
  let calls = 0;
  const flaky = opened.reopen({
    onLabelled() {
      calls += 1;
      if (calls === 1) throw new Error("the spool is full");
    },
  });
  await opened.answer({ content: "c1" });
  await opened.label({ request_id: "gar_c1", labels: plainShirt });
  await assert.rejects(flaky.catchUp(), /spool is full/);
  await flaky.catchUp();
  assert.equal(await countScores(opened), 1);
  assert.ok(calls > 1);
  const [label] = await opened.storage.db.selectFrom("labels").select("is_joined").execute();
  assert.equal(label?.is_joined, 1);
  await opened.close();
});

test("what replays are held against is the truth of their garment", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" });
  assert.equal(await opened.evaluation.scoreAnswer("c1", plainShirt), null);
  await opened.label({ request_id: "gar_c1", labels: { type: "shirt", brand: "Nike" } });
  await opened.evaluation.catchUp();
  assert.deepEqual(await opened.evaluation.scoreAnswer("c1", plainShirt), {
    marks: "1-----0--",
    truths: "v-----v--",
    weighted: 2.5 / 4,
  });
  assert.equal((await opened.evaluation.scoreAnswer("c1", null))?.weighted, 0);
  await opened.close();
});
