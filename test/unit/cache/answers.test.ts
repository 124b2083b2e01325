import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnswerCache, createAnswers } from "../../../src/cache/index.ts";
import type { CacheMode, CacheOutcome } from "../../../src/cache/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createCaller, createJob, stateOf } from "./callers.ts";

interface Answer {
  type: string;
  degraded?: boolean;
}

function open(maxBytes = 10_000) {
  const cache = createAnswerCache({ maxEntries: 100, maxBytes, ttlMs: 1000, clock: createManualClock() });
  const outcomes: CacheOutcome[] = [];
  const answers = createAnswers<Answer>({
    cache,
    isStorable: (answer) => answer.degraded !== true,
    observe: (outcome) => void outcomes.push(outcome),
  });
  return { cache, answers, outcomes };
}

const ask = (mode: CacheMode = "default", lane = "interactive") => ({ mode, lane, deadline: createCaller() });
const says = (type: string) => async (): Promise<Answer> => ({ type });
const never = async (): Promise<Answer> => assert.fail("the work must not run");

test("the first request does the work, the next one is answered from the store", async () => {
  const { answers, outcomes } = open();
  assert.deepEqual(await answers.get("k", ask(), says("dress")), { answer: { type: "dress" }, cache: "miss" });
  assert.deepEqual(await answers.get("k", ask(), never), { answer: { type: "dress" }, cache: "hit" });
  assert.deepEqual(outcomes, ["miss", "hit"]);
});

test("identical requests in flight share one piece of work and say so", async () => {
  const { answers, outcomes } = open();
  const job = createJob<Answer>();
  const all = [1, 2, 3].map(() => answers.get("k", ask(), job.work));
  assert.equal(answers.inFlight, 1);
  job.succeed({ type: "coat" });
  assert.deepEqual(
    (await Promise.all(all)).map(({ cache }) => cache),
    ["miss", "coalesced", "coalesced"],
  );
  assert.equal(job.runs.length, 1);
  assert.deepEqual(outcomes.toSorted(), ["coalesced", "coalesced", "miss"]);
  assert.equal(answers.inFlight, 0);
});

test("nobody can change what another gets", async () => {
  const { answers } = open();
  const made: Answer = { type: "coat" };
  const [leader, follower] = await Promise.all([
    answers.get("k", ask(), async () => made),
    answers.get("k", ask(), never),
  ]);
  for (const answer of [made, leader.answer, follower.answer]) answer.type = "changed";
  const hit = await answers.get("k", ask(), never);
  assert.equal(hit.answer.type, "coat");
  hit.answer.type = "changed";
  assert.equal((await answers.get("k", ask(), never)).answer.type, "coat");
});

test("callers of different lanes do not wait for each other, and share what is stored", async () => {
  const { answers } = open();
  const patient = createJob<Answer>();
  const bulk = answers.get("k", ask("default", "bulk"), patient.work);
  assert.equal((await answers.get("k", ask("default", "interactive"), says("coat"))).cache, "miss");
  patient.succeed({ type: "coat" });
  await bulk;
  assert.equal((await answers.get("k", ask("default", "bulk"), never)).cache, "hit");
});

test("no-cache skips the look-up and still stores", async () => {
  const { answers, outcomes } = open();
  await answers.get("k", ask(), says("old"));
  assert.deepEqual(await answers.get("k", ask("no-cache"), says("new")), { answer: { type: "new" }, cache: "miss" });
  assert.equal((await answers.get("k", ask(), never)).answer.type, "new");
  assert.deepEqual(outcomes, ["miss", "bypass", "hit"]);
});

test("no-store neither looks up nor stores", async () => {
  const { answers, cache } = open();
  await answers.get("k", ask("no-store"), says("first"));
  assert.equal(cache.entries, 0);
  await answers.get("k", ask(), says("second"));
  assert.equal((await answers.get("k", ask("no-store"), says("third"))).answer.type, "third");
  assert.equal((await answers.get("k", ask(), never)).answer.type, "second");
});

for (const mode of ["no-cache", "no-store"] as const) {
  test(`${mode} does not join work that began before it, nor share its own`, async () => {
    const { answers } = open();
    const [shared, own] = [createJob<Answer>(), createJob<Answer>()];
    const earlier = answers.get("k", ask(), shared.work);
    const caller = ask(mode);
    const fresh = answers.get("k", caller, own.work);
    assert.equal(own.runs[0], caller.deadline, "it runs under its caller's own time");
    const later = answers.get("k", ask(), never);
    own.succeed({ type: "own" });
    assert.equal((await fresh).answer.type, "own");
    shared.succeed({ type: "shared" });
    assert.deepEqual([(await earlier).answer.type, (await later).answer.type], ["shared", "shared"]);
  });
}

test("an answer that is not fit to be stored is shared by those who wait, and made anew for the next", async () => {
  const { answers, cache, outcomes } = open();
  const job = createJob<Answer>();
  const both = [answers.get("k", ask(), job.work), answers.get("k", ask(), job.work)];
  job.succeed({ type: "coat", degraded: true });
  assert.deepEqual(
    (await Promise.all(both)).map(({ answer }) => answer.type),
    ["coat", "coat"],
  );
  assert.equal(cache.entries, 0);
  assert.deepEqual(outcomes.toSorted(), ["coalesced", "store_skipped"]);
  assert.equal((await answers.get("k", ask(), says("dress"))).cache, "miss");
});

test("no-cache does not store an unfit answer either", async () => {
  const { answers, cache } = open();
  await answers.get("k", ask("no-cache"), async () => ({ type: "coat", degraded: true }));
  assert.equal(cache.entries, 0);
});

test("an answer larger than the whole cache is given and not stored", async () => {
  const { answers, cache, outcomes } = open(50);
  const type = "x".repeat(100);
  assert.equal((await answers.get("k", ask(), says(type))).answer.type, type);
  assert.equal(cache.entries, 0);
  assert.deepEqual(outcomes, ["store_skipped"]);
});

test("a failure reaches all who wait, is not stored and counts once for each", async () => {
  const { answers, cache, outcomes } = open();
  const job = createJob<Answer>();
  const both = [answers.get("k", ask(), job.work), answers.get("k", ask(), job.work)];
  const failure = new Error("backend failed");
  job.fail(failure);
  for (const each of both) await assert.rejects(each, failure);
  assert.equal(cache.entries, 0);
  assert.deepEqual(outcomes.toSorted(), ["coalesced", "miss"]);
  assert.equal(answers.inFlight, 0);
});

test("when the first caller leaves, the second gets the answer and it is stored", async () => {
  const { answers } = open();
  const job = createJob<Answer>();
  const leaver = createCaller();
  const left = answers.get("k", { mode: "default", lane: "interactive", deadline: leaver }, job.work);
  const stays = answers.get("k", ask(), job.work);
  leaver.leave();
  await assert.rejects(left, /left/);
  assert.equal(await stateOf(stays), "pending");
  job.succeed({ type: "coat" });
  assert.equal((await stays).cache, "coalesced");
  assert.equal((await answers.get("k", ask(), never)).cache, "hit");
});

test("a caller that has gone already gets nothing and counts for nothing, in every mode", async () => {
  const { answers, outcomes } = open();
  for (const mode of ["default", "no-cache", "no-store"] as const) {
    const options = ask(mode);
    options.deadline.leave();
    await assert.rejects(answers.get("k", options, never), /left/);
  }
  assert.deepEqual(outcomes, []);
});
