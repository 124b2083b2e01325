import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import { armIdOf } from "../../src/predictions/index.ts";
import { writeBatch, createArmsSeen } from "../../src/predictions/write-batch.ts";
import type { ShadowSettings } from "../../src/shadow/index.ts";
import { createSpool } from "../../src/shadow/spool.ts";
import type { Spool } from "../../src/shadow/spool.ts";
import type { Storage } from "../../src/storage/index.ts";
import { answered, armRecord, openShadowScene, prediction, stored } from "../support/shadow.ts";
import type { ShadowScene } from "../support/shadow.ts";
import type { StoreUnderTest } from "../support/stores.ts";

/** Puts predictions of the baseline into the store, with their images where not said otherwise. */
async function keep(storage: Storage, names: readonly string[], hasImages = true): Promise<void> {
  await writeBatch(
    storage.db,
    names.map((name) => stored(name, { imageInclusion: hasImages ? 1 : null })),
    [],
    createArmsSeen(),
  );
}

async function label(storage: Storage, names: readonly string[]): Promise<string[]> {
  const contents = names.map((name) => prediction(name).content);
  const rows = contents.map((content) => {
    return { content, labels: "{}", design: "import", annotators: 1, agreement: null, updated_ms: 1 };
  });
  await storage.db.insertInto("truths").values(rows).execute();
  return contents;
}

/** What the mirror keeps and finds again, the same on both databases. */
export function describeMirrorLater({ name, start, stop, newDatabase, skip }: StoreUnderTest): void {
  describe(`mirroring later on ${name}`, { skip }, () => {
    before(start);
    after(stop);
    const open = async (t: TestContext, settings: Partial<ShadowSettings> = {}): Promise<ShadowScene> =>
      openShadowScene(t, settings, await newDatabase());

    test("what is spooled is asked for when memory is empty, with the stored images, and leaves the spool when kept", async (t) => {
      const { shadow, storage, calls, clock, untilCalls, untilSpooled, saved } = await open(t, {
        max_concurrency: 1,
        max_queue: 1,
      });
      await keep(storage, ["a", "b", "c"]);
      await shadow.observe(["a", "b", "c"].map((name) => stored(name)));
      await untilSpooled(1);
      await calls[0]?.end(answered);
      await untilCalls(2);
      await calls[1]?.end(answered);
      clock.advance(1000);
      await untilCalls(3);
      assert.equal(calls[2]?.text, "jpeg of c");
      await calls[2]?.end(answered);
      assert.deepEqual(
        saved.map(({ garmentId, origin }) => [garmentId, origin]),
        [
          ["gar_a", "mirror"],
          ["gar_b", "mirror"],
          ["gar_c", "mirror"],
        ],
      );
      await untilSpooled(0);
    });

    test("what waits in the spool outlives the process", async (t) => {
      const { shadow, storage } = await open(t, { enabled: false });
      await keep(storage, ["a"]);
      await storage.db
        .insertInto("wanted")
        .values({
          content: prediction("a").content,
          backend: "cand",
          garment_id: "gar_a",
          reason: "spooled",
          inclusion: 0.5,
          created_ms: 1,
          claimed_until_ms: 0,
        })
        .execute();
      assert.equal((await shadow.status()).spooled, 1);
    });

    test("a spooled answer that the store does not take is asked for again, not lost", async (t) => {
      const { shadow, storage, calls, clock, untilCalls, store, saved } = await open(t, { max_queue: 1 });
      await keep(storage, ["a"]);
      const [content] = await label(storage, ["a"]);
      await shadow.labelled([content as string]);
      await untilCalls(1);
      store.isBroken = true;
      await calls[0]?.end(answered);
      assert.equal((await shadow.status()).spooled, 1);
      store.isBroken = false;
      clock.advance(1100);
      await untilCalls(2);
      await calls[1]?.end(answered);
      assert.equal(saved.length, 1);
    });

    test("a late label lets the arm that has not seen the garment see it, once", async (t) => {
      const { shadow, storage, calls, untilCalls, saved } = await open(t, { mirror_rate: 0 });
      await keep(storage, ["a"]);
      const contents = await label(storage, ["a"]);
      await shadow.labelled(contents);
      await untilCalls(1);
      assert.deepEqual(
        calls.map(({ backend, text }) => [backend, text]),
        [["cand", "jpeg of a"]],
      );
      await calls[0]?.end(answered);
      assert.equal(saved[0]?.origin, "backfill");
      assert.equal(saved[0]?.garmentId, "gar_a");
    });

    test("a label without stored images backfills nothing", async (t) => {
      const { shadow, storage, calls, settle } = await open(t);
      await keep(storage, ["a"], false);
      await shadow.labelled(await label(storage, ["a"]));
      await settle();
      assert.equal(calls.length, 0);
    });

    test("images of another preparation are not asked about: they would make an arm of their own", async (t) => {
      const { shadow, storage, calls, settle } = await open(t);
      await keep(storage, ["a"]);
      await storage.db.updateTable("image_bytes").set({ preparation: "an older one" }).execute();
      await shadow.labelled(await label(storage, ["a"]));
      await settle();
      assert.equal(calls.length, 0);
    });

    test("a new build of the candidate is asked about everything that is labelled", async (t) => {
      const { storage, calls, clock, settle, untilCalls, fingerprints, shadow } = await open(t, { max_concurrency: 8 });
      await keep(storage, ["a", "b"]);
      await label(storage, ["a", "b"]);
      clock.advance(5000);
      await settle();
      clock.advance(1000);
      await untilCalls(2);
      for (const call of calls.slice()) await call.end(answered);
      fingerprints["cand"] = "f3";
      clock.advance(5000);
      await settle();
      clock.advance(1000);
      await untilCalls(4);
      assert.equal((await shadow.status()).inFlight, 2);
    });

    test("a backfill has the probability with which the images were kept, whatever the rate is now", async (t) => {
      const { shadow, storage, untilCalls, calls, saved } = await open(t, { mirror_rate: 0.9, max_concurrency: 20 });
      const rows = ["a", "b"].map((name) => stored(name, { imageInclusion: name === "a" ? 0.1 : 1 }));
      await writeBatch(storage.db, rows, [], createArmsSeen());
      await shadow.labelled(await label(storage, ["a", "b"]));
      await untilCalls(2);
      for (const call of calls.slice()) await call.end(answered);
      const inclusions = Object.fromEntries(saved.map(({ garmentId, inclusion }) => [garmentId, inclusion]));
      assert.deepEqual(inclusions, { gar_a: 0.1, gar_b: 1 });
    });

    test("a label that comes while the garment's mirror waits does not double the call", async (t) => {
      const { shadow, storage, settle, untilCalls, untilSpooled, calls, targets, clock } = await open(t);
      await keep(storage, ["a"]);
      targets.cand.isReady = false;
      await shadow.observe([stored("a")]);
      await shadow.labelled(await label(storage, ["a"]));
      targets.cand.isReady = true;
      clock.advance(2000);
      await untilCalls(1);
      await calls[0]?.end(answered);
      clock.advance(2000);
      await settle();
      await untilCalls(1);
      await untilSpooled(0);
    });

    test("what was answered while it lay in the spool is not asked again", async (t) => {
      const { shadow, storage, untilSpooled, calls, targets, clock, saved } = await open(t, { mirror_rate: 0 });
      await keep(storage, ["a"]);
      targets.cand.isReady = false;
      await shadow.labelled(await label(storage, ["a"]));
      await storage.db
        .insertInto("answers")
        .values(answerRow(prediction("a").content))
        .execute();
      targets.cand.isReady = true;
      clock.advance(2000);
      await untilSpooled(0);
      assert.equal(calls.length, 0);
      assert.equal(saved.length, 0);
    });

    test("what is labelled while the mirror is switched off is asked about once it is on", async (t) => {
      const { shadow, storage, settle, untilCalls, calls, clock } = await open(t, { enabled: false });
      await keep(storage, ["a", "b"]);
      await shadow.labelled(await label(storage, ["a", "b"]));
      clock.advance(6000);
      await settle();
      assert.equal(calls.length, 0);
      shadow.change({ enabled: true });
      await settle();
      clock.advance(1100);
      await untilCalls(2);
    });

    test("a spool that is full for now gets the rest of a backfill later", async (t) => {
      const { shadow, storage, settle, calls, clock } = await open(t, { mirror_rate: 0, max_spool: 2 });
      const names = ["a", "b", "c", "d", "e"];
      await keep(storage, names);
      await shadow.labelled(await label(storage, names));
      for (let round = 0; round < 20 && calls.length < names.length; round += 1) {
        await settle();
        for (const call of calls.slice()) await call.end(answered);
        clock.advance(5000);
      }
      assert.deepEqual(new Set(calls.map(({ text }) => text)).size, names.length);
    });

    test("two gateways on one store share the spool: each job is one's", async (t) => {
      // The scene's own mirror takes nothing.
      const { storage } = await open(t, { enabled: false });
      const names = Array.from({ length: 12 }, (_, at) => `n${at}`);
      await keep(storage, names);
      const spools = [0, 1].map(() =>
        createSpool(
          storage,
          () => 100,
          () => 1_700_000_000_000,
        ),
      );
      const jobs = names.map((name) => {
        const { content, garmentId } = prediction(name);
        return { content, garmentId, backend: "cand", inclusion: 1, purpose: "backfill" as const };
      });
      assert.equal(await (spools[0] as Spool).add(jobs), names.length);
      const taken = await Promise.all(spools.map((spool) => spool.next("cand", 6, 60_000)));
      const ids = taken.flat().map(({ spoolId }) => spoolId);
      assert.equal(new Set(ids).size, ids.length, "nothing twice");
      const rest = await (spools[0] as Spool).next("cand", 20, 60_000);
      assert.equal(ids.length + rest.length, names.length);
      assert.equal((await (spools[0] as Spool).next("cand", 20, 60_000)).length, 0);
      await (spools[0] as Spool).release(rest.map(({ spoolId }) => spoolId as number));
      assert.equal((await (spools[1] as Spool).next("cand", 20, 60_000)).length, rest.length);
    });

    test("a spooled garment whose photos are gone leaves the spool", async (t) => {
      const { shadow, storage, calls, clock, untilSpooled, live } = await open(t);
      await keep(storage, ["a"]);
      // Nothing is mirrored before the photos are gone.
      live.waiting = 1e9;
      await shadow.labelled(await label(storage, ["a"]));
      await storage.db.deleteFrom("image_bytes").execute();
      live.waiting = 0;
      clock.advance(1100);
      await untilSpooled(0);
      assert.equal(calls.length, 0);
    });

    test("coverage is kept by the hour", async (t) => {
      const { shadow, storage, calls, clock, settle, untilCalls } = await open(t, { max_concurrency: 1 });
      await shadow.observe([stored("a"), stored("b")]);
      await calls[0]?.end(answered);
      clock.advance(5000);
      await untilCalls(2);
      await calls[1]?.end(answered);
      clock.advance(5000);
      await settle();
      const rows = await storage.db
        .selectFrom("coverage")
        .select(["backend", "outcome", "count"])
        .orderBy("outcome")
        .execute();
      assert.deepEqual(rows, [
        { backend: "cand", outcome: "answered", count: 2 },
        { backend: "cand", outcome: "sampled", count: 2 },
      ]);
    });

    test("replay asks both backends about one labelled garment at a time, at its rate, and keeps what it scores", async (t) => {
      const { shadow, storage, calls, clock, settle, untilCalls } = await open(t, {
        mirror_rate: 0,
        replay: { enabled: true, per_hour: 60 },
      });
      await keep(storage, ["a"]);
      await label(storage, ["a"]);
      await storage.db
        .insertInto("answers")
        .values(answerRow(prediction("a").content))
        .execute();
      clock.advance(59_000);
      await settle();
      const before = calls.length;
      clock.advance(1000);
      await untilCalls(before + 2);
      const replayed = calls.slice(before);
      assert.deepEqual(replayed.map(({ backend }) => backend).sort(), ["base", "cand"]);
      for (const call of replayed) await call.end(answered);
      await settle();
      const rows = await storage.db.selectFrom("replays").select(["outcome", "weighted"]).execute();
      assert.deepEqual(rows, [
        { outcome: "valid", weighted: 1 },
        { outcome: "valid", weighted: 1 },
      ]);
      assert.equal((await shadow.status()).requestsThisHour, 2);
    });
  });
}

/** The candidate has seen it already, so that nothing is backfilled. */
function answerRow(content: string) {
  return {
    content,
    arm_id: armIdOf(armRecord({ backend: "cand", fingerprint: "f2" })),
    garment_id: "gar_a",
    origin: "mirror",
    outcome: "valid",
    failure: null,
    attributes: "{}",
    confidence: "{}",
    is_clean: 1,
    attempts: 1,
    latency_ms: 1,
    prompt_tokens: 1,
    completion_tokens: 1,
    inclusion: 1,
    created_ms: 1,
    is_scored: 1,
  };
}
