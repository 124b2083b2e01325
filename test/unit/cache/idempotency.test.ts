import assert from "node:assert/strict";
import { test } from "node:test";
import { createIdempotency } from "../../../src/cache/index.ts";
import type { Reply, StoreLimits } from "../../../src/cache/index.ts";
import { GatewayError, seededRandom } from "../../../src/kernel/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createCaller, createJob, stateOf } from "./callers.ts";

const dayMs = 86_400_000;

function open(limits: Partial<StoreLimits> = {}) {
  const clock = createManualClock();
  return {
    clock,
    idempotency: createIdempotency({ maxEntries: 100, maxBytes: 100_000, ttlMs: dayMs, clock, ...limits }),
  };
}

function claim(parts: { apiKeyId?: string | null; key?: string; fingerprint?: string } = {}) {
  return { apiKeyId: "shop", key: "key-1", fingerprint: "content-1", deadline: createCaller(), ...parts };
}

const reply = (body: string, status = 200): Reply => ({ status, headers: { "content-type": "text/plain" }, body });
const says = (body: string, status?: number) => async () => reply(body, status);
const never = async (): Promise<Reply> => assert.fail("the work must not run");
const isMismatch = (error: unknown) => error instanceof GatewayError && error.code === "idempotency_mismatch";

test("the first 2xx reply is kept and replayed whole", async () => {
  const { idempotency } = open();
  const first = await idempotency.once(claim(), says("one", 201));
  assert.equal(first.isReplayed, false);
  const again = await idempotency.once(claim(), never);
  assert.deepEqual(again, { reply: reply("one", 201), isReplayed: true });
});

test("a kept reply cannot be changed by whoever gets it, nor by whoever made it", async () => {
  const { idempotency } = open();
  const made = { status: 200, headers: { a: "1" }, body: "one" };
  const { reply } = await idempotency.once(claim(), async () => made);
  made.headers.a = "changed";
  made.body = "changed";
  assert.throws(() => Object.assign(reply.headers, { a: "changed" }), TypeError);
  assert.throws(() => Object.assign(reply, { body: "changed" }), TypeError);
  assert.deepEqual((await idempotency.once(claim(), never)).reply, { status: 200, headers: { a: "1" }, body: "one" });
});

test("a second request in flight joins the first and gets the same reply", async () => {
  const { idempotency } = open();
  const job = createJob<Reply>();
  const [first, second] = [idempotency.once(claim(), job.work), idempotency.once(claim(), never)];
  job.succeed(reply("one"));
  assert.equal((await first).isReplayed, false);
  assert.equal((await second).isReplayed, true);
  assert.equal((await first).reply, (await second).reply);
});

test("other content under the same key is refused, while the first runs and after", async () => {
  const { idempotency } = open();
  const job = createJob<Reply>();
  const first = idempotency.once(claim(), job.work);
  await assert.rejects(idempotency.once(claim({ fingerprint: "content-2" }), never), isMismatch);
  job.succeed(reply("one"));
  await first;
  await assert.rejects(idempotency.once(claim({ fingerprint: "content-2" }), never), isMismatch);
  assert.equal((await idempotency.once(claim(), never)).reply.body, "one");
});

test("one key of two callers is two keys, and a caller without an API key is a third", async () => {
  const { idempotency } = open();
  for (const apiKeyId of ["shop", "museum", null]) {
    const { isReplayed } = await idempotency.once(claim({ apiKeyId, fingerprint: `of ${apiKeyId}` }), says("x"));
    assert.equal(isReplayed, false);
  }
  assert.equal(idempotency.entries, 3);
});

test("a failure reaches all who wait and is not kept: the next request runs again, whatever its content", async () => {
  const { idempotency } = open();
  const job = createJob<Reply>();
  const both = [idempotency.once(claim(), job.work), idempotency.once(claim(), never)];
  const failure = new Error("backend failed");
  job.fail(failure);
  for (const each of both) await assert.rejects(each, failure);
  assert.equal((await idempotency.once(claim({ fingerprint: "content-2" }), says("two"))).reply.body, "two");
});

test("other content that comes in the moment of a failure is refused or runs, and never gets that failure", async () => {
  const { idempotency } = open();
  const job = createJob<Reply>();
  const first = idempotency.once(claim(), job.work);
  job.fail(new Error("backend failed"));
  // At every turn of the microtask queue, as requests that arrive just then would.
  const others: Promise<string>[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    others.push(
      idempotency.once(claim({ fingerprint: "content-2" }), says("two")).then(
        ({ reply }) => reply.body,
        (error: Error) => (isMismatch(error) ? "mismatch" : error.message),
      ),
    );
    await Promise.resolve();
  }
  await assert.rejects(first, /backend failed/);
  assert.deepEqual(new Set(await Promise.all(others)), new Set(["mismatch", "two"]));
});

for (const [status, isKept] of [
  [199, false],
  [200, true],
  [299, true],
  [300, false],
  [422, false],
  [503, false],
] as const) {
  test(`a reply with status ${status} is ${isKept ? "kept" : "given and not kept"}`, async () => {
    const { idempotency } = open();
    assert.equal((await idempotency.once(claim(), says("one", status))).reply.status, status);
    assert.equal(idempotency.entries, isKept ? 1 : 0);
    assert.equal((await idempotency.once(claim(), says("two"))).reply.body, isKept ? "one" : "two");
  });
}

test("the first caller may leave: the others get the reply and it is kept", async () => {
  const { idempotency } = open();
  const job = createJob<Reply>();
  const leaver = createCaller();
  const left = idempotency.once({ ...claim(), deadline: leaver }, job.work);
  const stays = idempotency.once(claim(), never);
  leaver.leave();
  await assert.rejects(left, /left/);
  assert.equal(await stateOf(stays), "pending");
  job.succeed(reply("one"));
  assert.equal((await stays).reply.body, "one");
  assert.equal((await idempotency.once(claim(), never)).isReplayed, true);
});

test("when all callers leave the run is aborted and the key is free at once, even for other content", async () => {
  const { idempotency } = open();
  const [old, fresh] = [createJob<Reply>(), createJob<Reply>()];
  const leaver = createCaller();
  const left = idempotency.once({ ...claim(), deadline: leaver }, old.work);
  leaver.leave();
  await assert.rejects(left, /left/);
  assert.equal(old.runs[0]?.signal.aborted, true);
  const other = idempotency.once(claim({ fingerprint: "content-2" }), fresh.work);
  // The abandoned run ends all the same: its reply is nobody's, and its end does not free the successor's key.
  old.succeed(reply("old"));
  assert.equal(await stateOf(other), "pending");
  await assert.rejects(idempotency.once(claim(), never), isMismatch);
  fresh.succeed(reply("fresh"));
  assert.equal((await other).reply.body, "fresh");
  assert.equal(idempotency.entries, 1);
});

test("a reply is kept for its time and no longer, however often it is replayed", async () => {
  const { idempotency, clock } = open();
  await idempotency.once(claim(), says("one"));
  clock.advance(dayMs - 1);
  await idempotency.once(claim(), never);
  clock.advance(1);
  assert.equal((await idempotency.once(claim(), never)).isReplayed, true);
  clock.advance(1);
  const { reply, isReplayed } = await idempotency.once(claim({ fingerprint: "content-2" }), says("two"));
  assert.deepEqual([reply.body, isReplayed], ["two", false]);
});

test("replies are bounded in number, the least recently asked for leaves first", async () => {
  const { idempotency } = open({ maxEntries: 2 });
  await idempotency.once(claim({ key: "a" }), says("a"));
  await idempotency.once(claim({ key: "b" }), says("b"));
  await idempotency.once(claim({ key: "a" }), never);
  await idempotency.once(claim({ key: "c" }), says("c"));
  assert.equal(idempotency.entries, 2);
  assert.equal((await idempotency.once(claim({ key: "a" }), never)).isReplayed, true);
  assert.equal((await idempotency.once(claim({ key: "b" }), says("again"))).reply.body, "again");
});

test("replies are bounded in bytes: exactly full they stay, one byte more pushes one out", async () => {
  const probe = open().idempotency;
  await probe.once(claim({ key: "a" }), says("x".repeat(50)));
  const { idempotency } = open({ maxBytes: 2 * probe.bytes });
  await idempotency.once(claim({ key: "a" }), says("x".repeat(50)));
  await idempotency.once(claim({ key: "b" }), says("x".repeat(50)));
  assert.deepEqual([idempotency.entries, idempotency.bytes], [2, 2 * probe.bytes]);
  await idempotency.once(claim({ key: "c" }), says("x".repeat(51)));
  assert.deepEqual([idempotency.entries, idempotency.bytes], [1, probe.bytes + 1]);
});

test("a reply larger than the whole memory is given and not kept", async () => {
  const { idempotency } = open({ maxBytes: 60 });
  assert.equal((await idempotency.once(claim(), says("x".repeat(61)))).reply.body.length, 61);
  assert.equal(idempotency.entries, 0);
});

test("10,000 random requests stay within the limits, answer each key by one run at a time, and leave nothing running", async () => {
  const limits = { maxEntries: 40, maxBytes: 8000 };
  const { idempotency, clock } = open({ ...limits, ttlMs: 2000 });
  const random = seededRandom(11);
  const pending: Promise<unknown>[] = [];
  const count = { run: 0, replayed: 0, mismatch: 0, failed: 0, left: 0 };
  const running = new Set<string>();
  for (let i = 0; i < 10_000; i += 1) {
    const key = `key-${Math.floor(random() * 90)}`;
    const fingerprint = `content-${random() < 0.9 ? 1 : 2}`;
    const caller = createCaller();
    const fails = random() < 0.1;
    const body = "x".repeat(Math.floor(random() * 300));
    const outcome = idempotency.once({ apiKeyId: null, key, fingerprint, deadline: caller }, async ({ signal }) => {
      assert.ok(!running.has(key), "two wanted runs of one key");
      running.add(key);
      signal.addEventListener("abort", () => running.delete(key), { once: true });
      for (let turns = Math.floor(random() * 5); turns > 0; turns -= 1) await Promise.resolve();
      if (!signal.aborted) running.delete(key);
      if (fails) throw new Error("failed");
      return { status: 200, headers: { content: fingerprint }, body };
    });
    pending.push(
      outcome.then(
        ({ reply, isReplayed }) => {
          assert.equal(reply.headers.content, fingerprint, "a reply for other content");
          count[isReplayed ? "replayed" : "run"] += 1;
        },
        (error: Error) => {
          count[isMismatch(error) ? "mismatch" : error.message === "left" ? "left" : "failed"] += 1;
        },
      ),
    );
    if (random() < 0.1) caller.leave();
    if (random() < 0.3) await Promise.resolve();
    if (random() < 0.05) clock.advance(Math.floor(random() * 300));
    assert.ok(idempotency.entries <= limits.maxEntries && idempotency.bytes <= limits.maxBytes);
  }
  await Promise.all(pending);
  assert.equal(idempotency.inFlight, 0);
  assert.equal(running.size, 0);
  assert.equal(
    Object.values(count).reduce((sum, each) => sum + each, 0),
    10_000,
  );
  assert.ok(
    Object.values(count).every((each) => each > 50),
    `every outcome occurred: ${JSON.stringify(count)}`,
  );
});
