import assert from "node:assert/strict";
import test from "node:test";
import { answered, openShadowScene, prediction, stored } from "../../support/shadow.ts";

test("a live answer of the baseline is mirrored to the candidate, with the same images, and kept as its answer", async (t) => {
  const { shadow, calls, saved, mirrors } = await openShadowScene(t);
  await shadow.observe([stored("a")]);
  assert.deepEqual(
    calls.map(({ backend, text }) => [backend, text]),
    [["cand", "jpeg of a"]],
  );
  await calls[0]?.end(answered);
  const [answer] = saved;
  assert.equal(answer?.origin, "mirror");
  assert.equal(answer.outcome, "valid");
  assert.equal(answer.arm.backend, "cand");
  assert.equal(answer.arm.fingerprint, "f2");
  assert.equal(answer.garmentId, "gar_a");
  assert.equal(answer.inclusion, 1);
  assert.equal(await mirrors("answered"), 1);
});

test("an answer that the candidate gave a caller is mirrored to the baseline", async (t) => {
  const { shadow, calls } = await openShadowScene(t);
  const arm = { ...prediction("a").arm, backend: "cand" };
  await shadow.observe([stored("a", { prediction: prediction("a", { arm }) })]);
  assert.deepEqual(
    calls.map(({ backend }) => backend),
    ["base"],
  );
});

test("what is no sample, or not in the sample, is not mirrored; a labelled one always is", async (t) => {
  const { shadow, calls } = await openShadowScene(t, { mirror_rate: 0 });
  await shadow.observe([
    stored("cached", { prediction: prediction("cached", { sample: null }) }),
    stored("unlucky"),
    stored("labelled", { isLabelled: true }),
  ]);
  assert.deepEqual(
    calls.map(({ text }) => text),
    ["jpeg of labelled"],
  );
});

test("the same photos are mirrored once, however often they come, and again to a new build", async (t) => {
  const { shadow, calls, fingerprints, mirrors } = await openShadowScene(t);
  await shadow.observe([stored("a"), stored("a")]);
  assert.equal(calls.length, 1);
  await calls[0]?.end(answered);
  await shadow.observe([stored("a")]);
  assert.equal(calls.length, 1);
  fingerprints["cand"] = "f3";
  await shadow.observe([stored("a")]);
  assert.equal(calls.length, 2);
  assert.equal(await mirrors("dropped"), 0);
});

test("no more than max_concurrency calls run at once", async (t) => {
  const { shadow, calls } = await openShadowScene(t, { max_concurrency: 2 });
  await shadow.observe([stored("a"), stored("b"), stored("c")]);
  assert.equal(calls.length, 2);
  await calls[0]?.end(answered);
  assert.equal(calls.length, 3);
});

test("beyond max_queue what has stored images is spooled, and what has none is dropped and counted", async (t) => {
  const { shadow, calls, storage, settle, mirrors } = await openShadowScene(t, { max_concurrency: 1, max_queue: 1 });
  await shadow.observe([
    stored("runs"),
    stored("waits"),
    stored("spooled"),
    stored("dropped", { imageInclusion: null }),
  ]);
  await settle();
  assert.equal(calls.length, 1);
  const rows = await storage.db.selectFrom("wanted").selectAll().execute();
  assert.deepEqual(
    rows.map((row) => [row.garment_id, row.backend, row.reason]),
    [["gar_spooled", "cand", "spooled"]],
  );
  assert.deepEqual([await mirrors("spooled"), await mirrors("dropped")], [1, 1]);
});

test("a full spool drops, and says so", async (t) => {
  const { shadow, settle, mirrors } = await openShadowScene(t, { max_concurrency: 1, max_queue: 1, max_spool: 1 });
  await shadow.observe([stored("runs"), stored("waits"), stored("fits")]);
  await settle();
  assert.deepEqual([await mirrors("spooled"), await mirrors("dropped")], [1, 0]);
  await shadow.observe([stored("too much")]);
  await settle();
  assert.deepEqual([await mirrors("spooled"), await mirrors("dropped")], [1, 1]);
});

test("a candidate that fails is tried twice, and then its failure is its answer", async (t) => {
  const { shadow, calls, saved, mirrors } = await openShadowScene(t);
  await shadow.observe([stored("a")]);
  await calls[0]?.end({ kind: "failed", failure: "server_error (500)", latencyMs: 10 });
  assert.equal(calls.length, 2);
  assert.equal(saved.length, 0);
  await calls[1]?.end({ kind: "failed", failure: "server_error (500)", latencyMs: 10 });
  assert.equal(calls.length, 2);
  assert.equal(saved[0]?.outcome, "failed");
  assert.equal(saved[0]?.failure, "server_error (500)");
  assert.equal(saved[0]?.attributes, null);
  assert.equal(saved[0]?.attempts, 2);
  assert.equal(await mirrors("failed"), 1);
});

test("a backend that failed at the live request has had its first try", async (t) => {
  const { shadow, calls, saved } = await openShadowScene(t);
  const base = prediction("a");
  const sample = { ...(base.sample as NonNullable<typeof base.sample>), failedBackends: ["cand"] };
  await shadow.observe([stored("a", { prediction: { ...base, sample } })]);
  await calls[0]?.end({ kind: "failed", failure: "timeout", latencyMs: 10 });
  assert.equal(calls.length, 1);
  assert.equal(saved[0]?.outcome, "failed");
});

test("an answer that stays invalid is a failure of the candidate, and not asked again", async (t) => {
  const { shadow, calls, saved } = await openShadowScene(t);
  await shadow.observe([stored("a")]);
  await calls[0]?.end({ ...answered, attributes: null, confidence: null, isClean: false });
  assert.equal(calls.length, 1);
  assert.deepEqual([saved[0]?.outcome, saved[0]?.failure], ["failed", "answer_invalid"]);
});

test("a candidate that is away is waited for: nothing counts against it", async (t) => {
  const { shadow, calls, saved, targets, clock } = await openShadowScene(t);
  targets.cand.isReady = false;
  await shadow.observe([stored("a")]);
  assert.equal(calls.length, 0);
  assert.equal((await shadow.status()).paused["cand"], "not_ready");
  targets.cand.isReady = true;
  clock.advance(100);
  assert.equal(calls.length, 1);
  await calls[0]?.end({ kind: "away" });
  assert.equal(calls.length, 1, "not at once");
  clock.advance(300);
  assert.equal(calls.length, 2);
  await calls[1]?.end(answered);
  assert.equal(saved[0]?.outcome, "valid");
});

test("a candidate that fails at everything is left alone after five failures, and its jobs wait", async (t) => {
  const { shadow, calls, saved, clock } = await openShadowScene(t, { max_concurrency: 1 });
  await shadow.observe(["a", "b", "c", "d"].map((name) => stored(name)));
  for (let n = 0; n < 5; n += 1) await calls[n]?.end({ kind: "failed", failure: "timeout", latencyMs: 1 });
  assert.equal(calls.length, 5);
  assert.equal((await shadow.status()).paused["cand"], "circuit");
  assert.equal(saved.length, 2);
  clock.advance(5100);
  assert.equal(calls.length, 6, "one try after the pause");
  await calls[5]?.end(answered);
  assert.equal(saved[2]?.outcome, "valid");
  assert.equal((await shadow.status()).paused["cand"], null);
});

test("a backend that turns a call away is left alone for as long as it asks, and longer each time", async (t) => {
  const { shadow, calls, clock, saved } = await openShadowScene(t);
  await shadow.observe([stored("a")]);
  await calls[0]?.end({ kind: "busy", retryAfterMs: 30_000 });
  assert.equal((await shadow.status()).paused["cand"], "busy");
  clock.advance(29_900);
  assert.equal(calls.length, 1);
  clock.advance(200);
  assert.equal(calls.length, 2);
  await calls[1]?.end({ kind: "busy", retryAfterMs: 0 });
  clock.advance(400);
  assert.equal(calls.length, 2, "the second refusal in a row costs half a second");
  clock.advance(200);
  assert.equal(calls.length, 3);
  await calls[2]?.end(answered);
  assert.equal(saved[0]?.outcome, "valid", "nothing of it counts against the build");
});

test("a garment that is turned away again and again waits in the spool, behind the others", async (t) => {
  const { shadow, calls, clock, settle, mirrors } = await openShadowScene(t);
  await shadow.observe([stored("a")]);
  for (let n = 0; n <= 20; n += 1) {
    await calls[n]?.end({ kind: "busy", retryAfterMs: 0 });
    clock.advance(61_000);
  }
  await settle();
  assert.equal(calls.length, 21);
  assert.equal(await mirrors("spooled"), 1);
});

test("being taken back for live traffic is no refusal, however often", async (t) => {
  const { shadow, calls, saved } = await openShadowScene(t);
  await shadow.observe([stored("a")]);
  for (let n = 0; n < 60; n += 1) await calls[n]?.end({ kind: "taken_back" });
  await calls[60]?.end(answered);
  assert.equal(saved.length, 1);
});

test("a defect of ours costs no place for ever, and does not count against the build", async (t) => {
  const { shadow, calls, clock, saved, broken } = await openShadowScene(t, { max_concurrency: 1 });
  broken.asks = 1;
  await shadow.observe([stored("a")]);
  assert.equal((await shadow.status()).inFlight, 0);
  clock.advance(300);
  assert.equal(calls.length, 1);
  await calls[0]?.end(answered);
  assert.equal(saved[0]?.outcome, "valid");
});

test("a backend's absurd count of tokens does not end the hour", async (t) => {
  const { shadow, calls } = await openShadowScene(t);
  await shadow.observe([stored("a")]);
  await calls[0]?.end({ ...answered, promptTokens: Number.MAX_SAFE_INTEGER });
  assert.equal((await shadow.status()).tokensThisHour, 32_768);
});

test("failed calls cost tokens too", async (t) => {
  const { shadow, calls } = await openShadowScene(t);
  await shadow.observe([stored("a")]);
  await calls[0]?.end({ kind: "failed", failure: "timeout", latencyMs: 1 });
  assert.equal((await shadow.status()).tokensThisHour, 300 + 768);
});

test("images that wait in memory are bounded in bytes: what is beyond is spooled", async (t) => {
  const { shadow, settle, targets, mirrors } = await openShadowScene(t);
  targets.cand.isReady = false;
  const large = (name: string) => {
    const base = prediction(name);
    const sample = base.sample as NonNullable<typeof base.sample>;
    const images = [{ view: "front" as const, jpeg: Buffer.alloc(32 * 1024 * 1024), visionTokens: 1 }];
    return stored(name, { prediction: { ...base, sample: { ...sample, images } } });
  };
  await shadow.observe([large("a"), large("b")]);
  await settle();
  assert.equal(await mirrors("spooled"), 0);
  await shadow.observe([large("c")]);
  await settle();
  assert.equal(await mirrors("spooled"), 1);
  assert.equal((await shadow.status()).waiting, 2);
});

test("what is erased is asked about no more: what waits goes, and what is under way is given up", async (t) => {
  const { shadow, calls, saved, settle } = await openShadowScene(t, { max_concurrency: 1 });
  await shadow.observe([stored("a"), stored("b")]);
  const { content } = prediction("a");
  shadow.forget(prediction("b").content);
  assert.equal((await shadow.status()).waiting, 0);
  shadow.forget(content);
  await settle();
  assert.equal(calls[0]?.signal.aborted, true);
  assert.equal((await shadow.status()).inFlight, 0);
  assert.equal(calls.length, 1);
  assert.equal(saved.length, 0);
});

test("while live requests wait nothing is mirrored; one fewer and it goes on", async (t) => {
  const { shadow, calls, live, clock } = await openShadowScene(t, { pause_at_waiting: 3 });
  live.waiting = 3;
  await shadow.observe([stored("a")]);
  assert.equal(calls.length, 0);
  assert.equal((await shadow.status()).paused["cand"], "live_load");
  live.waiting = 2;
  clock.advance(100);
  assert.equal(calls.length, 1);
});

test("a live backend is mirrored to only while callers leave it half of its places", async (t) => {
  const { shadow, calls, targets, clock } = await openShadowScene(t);
  targets.cand.isLive = true;
  targets.cand.liveCalls = 4;
  await shadow.observe([stored("a")]);
  assert.equal(calls.length, 0);
  targets.cand.liveCalls = 3;
  clock.advance(100);
  assert.equal(calls.length, 1);
});

test("on a shared card a mirrored call begins when no caller uses the card, and gives way when one comes", async (t) => {
  const { shadow, calls, targets, clock, settle, mirrors } = await openShadowScene(t);
  targets.base.card = "gpu0";
  targets.cand.card = "gpu0";
  targets.base.liveCalls = 1;
  await shadow.observe([stored("a")]);
  assert.equal(calls.length, 0);
  targets.base.liveCalls = 0;
  clock.advance(100);
  assert.equal(calls.length, 1);

  targets.base.liveCalls = 1;
  shadow.yieldTo("base");
  await settle();
  assert.equal(calls[0]?.signal.aborted, true);
  assert.equal(await mirrors("preempted"), 1);
  clock.advance(100);
  assert.equal(calls.length, 1, "not while the caller is served");
  targets.base.liveCalls = 0;
  clock.advance(100);
  assert.equal(calls.length, 2, "and then again");
});

test("a live call on another card is in nobody's way", async (t) => {
  const { shadow, calls, targets } = await openShadowScene(t);
  targets.cand.card = "gpu1";
  targets.base.card = "gpu0";
  targets.base.liveCalls = 5;
  await shadow.observe([stored("a")]);
  shadow.yieldTo("base");
  assert.equal(calls[0]?.signal.aborted, false);
});

test("at the hour's cap of requests the mirror rests until the next hour", async (t) => {
  const { shadow, calls, clock } = await openShadowScene(t, { max_requests_per_hour: 1 });
  await shadow.observe([stored("a"), stored("b")]);
  await calls[0]?.end(answered);
  assert.equal(calls.length, 1);
  assert.equal((await shadow.status()).paused["cand"], "cap");
  clock.advance(3_600_000);
  assert.equal(calls.length, 2);
});

test("at the hour's cap of tokens it rests as well", async (t) => {
  const { shadow, calls } = await openShadowScene(t, { max_tokens_per_hour: 480, max_concurrency: 1 });
  await shadow.observe([stored("a"), stored("b")]);
  await calls[0]?.end(answered);
  assert.equal((await shadow.status()).tokensThisHour, 480);
  assert.equal(calls.length, 1);
});

test("switched off, it mirrors nothing new and what waits stays; switched on, it goes on", async (t) => {
  const { shadow, calls } = await openShadowScene(t, { max_concurrency: 1 });
  await shadow.observe([stored("a"), stored("b")]);
  shadow.change({ enabled: false });
  await calls[0]?.end(answered);
  await shadow.observe([stored("c")]);
  assert.equal(calls.length, 1);
  shadow.change({ enabled: true });
  assert.deepEqual(
    calls.map(({ text }) => text),
    ["jpeg of a", "jpeg of b"],
  );
});

test("an answer that the store does not take is counted as dropped", async (t) => {
  const { shadow, calls, store, mirrors } = await openShadowScene(t);
  store.isBroken = true;
  await shadow.observe([stored("a")]);
  await calls[0]?.end(answered);
  assert.equal(await mirrors("dropped"), 1);
});

test("when it closes, calls under way and those that wait go into the spool", async (t) => {
  const { shadow, calls, storage } = await openShadowScene(t, { max_concurrency: 1 });
  await shadow.observe([stored("runs"), stored("waits")]);
  await shadow.close();
  assert.equal(calls[0]?.signal.aborted, true);
  const rows = await storage.db.selectFrom("wanted").select("garment_id").orderBy("garment_id").execute();
  assert.deepEqual(
    rows.map((row) => row.garment_id),
    ["gar_runs", "gar_waits"],
  );
});

test("what waits for a backend that is compared no more does not take the others' room", async (t) => {
  const { shadow, calls, storage, settle, targets, mirrors } = await openShadowScene(t, { max_queue: 1 });
  targets.cand.isReady = false;
  await shadow.observe([stored("waits"), stored("spooled")]);
  await settle();
  assert.deepEqual([(await shadow.status()).waiting, (await shadow.status()).spooled], [1, 1]);
  shadow.change({ candidate: "another" });
  await settle();
  assert.deepEqual([(await shadow.status()).waiting, (await shadow.status()).spooled], [0, 0]);
  assert.equal(await mirrors("dropped"), 1);
  assert.equal((await storage.db.selectFrom("wanted").select("id").execute()).length, 0);
  assert.equal(calls.length, 0);
});
