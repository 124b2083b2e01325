import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import { armIdOf, contentOf, createGarments, startRetention } from "../../src/predictions/index.ts";
import type { RetentionRules, StoredPrediction } from "../../src/predictions/index.ts";
import { createArmsSeen, writeBatch } from "../../src/predictions/write-batch.ts";
import { openStorage } from "../../src/storage/index.ts";
import { createInstruments } from "../../src/telemetry/index.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { armRecord, liveAnswer, prediction, silentLog, stored } from "../support/shadow.ts";
import type { StoreUnderTest } from "../support/stores.ts";

const dayMs = 24 * 3_600_000;
const startMs = 1_700_000_000_000;

async function openScene(
  t: TestContext,
  url: string,
  rows: readonly StoredPrediction[],
  rules: Partial<RetentionRules> = {},
) {
  const storage = await openStorage(url, { log: silentLog });
  const clock = createManualClock(startMs);
  const retention = startRetention({
    storage,
    clock,
    log: silentLog,
    instruments: createInstruments(),
    rules: () => ({ imageDays: 30, imageMaxBytes: 1_000_000, predictionDays: 90, ...rules }),
  });
  t.after(async () => {
    await retention.close();
    await storage.close();
  });
  await writeBatch(storage.db, rows, [], createArmsSeen());
  const { db } = storage;
  return {
    db,
    storage,
    clock,
    retention,
    garments: createGarments(storage),
    images: async () => (await db.selectFrom("image_bytes").select("content").execute()).length,
    ids: async () => (await db.selectFrom("garments").select("id").orderBy("id").execute()).map(({ id }) => id),
  };
}

/** What is kept of answers, and for how long, the same on both databases. */
export function describePredictions({ name, start, stop, newDatabase, skip }: StoreUnderTest): void {
  describe(`predictions on ${name}`, { skip }, () => {
    before(start);
    after(stop);
    const open = async (t: TestContext, rows: readonly StoredPrediction[], rules: Partial<RetentionRules> = {}) =>
      openScene(t, await newDatabase(), rows, rules);

    test("an arm is another one as soon as anything that shapes its answers changes, and for nothing else", () => {
      const id = armIdOf(armRecord());
      for (const part of ["backend", "model", "fingerprint", "prompt", "schema", "preparation"] as const) {
        assert.notEqual(armIdOf(armRecord({ [part]: "another" })), id, part);
      }
      assert.equal(armIdOf(armRecord({ quantization: "another", simulated: false })), id);
    });

    test("a content is the photos with their views, in order", () => {
      const front = { view: "front", sha256: "a".repeat(64) };
      const tag = { view: "tag", sha256: "b".repeat(64) };
      assert.equal(contentOf([front, tag]), contentOf([{ ...front }, { ...tag }]));
      assert.notEqual(contentOf([front, tag]), contentOf([tag, front]));
      assert.notEqual(contentOf([front]), contentOf([{ ...front, view: "back" }]));
    });

    test("a stored garment shows what every arm made of it, and its image as it was sent", async (t) => {
      const { garments, db } = await open(t, [stored("a")]);
      const { content } = prediction("a");
      await writeBatch(
        db,
        [],
        [
          liveAnswer({
            content,
            garmentId: "gar_a",
            arm: armRecord({ backend: "cand" }),
            origin: "mirror",
            outcome: "failed",
            attributes: null,
            confidence: null,
            failure: "timeout",
          }),
        ],
        createArmsSeen(),
      );
      const garment = await garments.get("gar_a");
      assert.equal(garment.attributes?.color, "navy");
      assert.deepEqual(
        garment.answers.map(({ backend, origin, outcome, failure }) => [backend, origin, outcome, failure]),
        [
          ["base", "live", "valid", null],
          ["cand", "mirror", "failed", "timeout"],
        ],
      );
      assert.deepEqual(
        garment.images.map(({ n, view, isStored }) => [n, view, isStored]),
        [[0, "front", true]],
      );
      assert.equal((await garments.image("gar_a", 0)).toString(), "jpeg of a");
    });

    test("an unknown garment, and an image that is not kept, are not found", async (t) => {
      const { garments } = await open(t, [stored("a", { imageInclusion: null })]);
      for (const work of [
        () => garments.get("gar_x"),
        () => garments.image("gar_x", 0),
        () => garments.image("gar_a", 0),
        () => garments.erase("gar_x"),
      ]) {
        await assert.rejects(work, { code: "not_found" });
      }
    });

    test("erasing takes everything about the photos along, and nothing else", async (t) => {
      const twin = { ...prediction("a"), garmentId: "gar_twin" };
      const { garments, db, ids } = await open(t, [stored("a"), stored("b"), stored("a", { prediction: twin })]);
      const label = {
        key_kind: "request_id",
        annotator: "",
        source: "",
        design: "import",
        labels: "{}",
        created_ms: 1,
        is_joined: 0,
      };
      await db
        .insertInto("labels")
        .values([
          { ...label, key: "gar_a" },
          { ...label, key: "gar_b" },
        ])
        .execute();
      await garments.erase("gar_a");
      assert.deepEqual(await ids(), ["gar_b"]);
      for (const table of ["answers", "images", "image_bytes", "labels"] as const) {
        assert.equal((await db.selectFrom(table).selectAll().execute()).length, 1, table);
      }
      await assert.rejects(garments.get("gar_twin"), { code: "not_found" });
    });

    test("images go after their days and not before", async (t) => {
      const { clock, retention, images } = await open(t, [stored("a")], { imageDays: 30 });
      clock.advance(30 * dayMs - 1);
      await retention.runOnce();
      assert.equal(await images(), 1);
      clock.advance(1);
      await retention.runOnce();
      assert.equal(await images(), 0);
    });

    test("over their size together the oldest images go first", async (t) => {
      const rows = ["a", "b", "c"].map((name, at) =>
        stored(name, { prediction: prediction(name, { createdMs: startMs + at }) }),
      );
      const { clock, retention, images, db } = await open(t, rows, { imageMaxBytes: 18 });
      clock.advance(1000);
      await retention.runOnce();
      assert.equal(await images(), 2);
      const left = await db.selectFrom("image_bytes").select("stored_ms").orderBy("stored_ms").execute();
      assert.deepEqual(
        left.map((row) => row.stored_ms - startMs),
        [1, 2],
      );
    });

    test("predictions without a label go after their days, labelled ones stay", async (t) => {
      const { clock, retention, db, ids } = await open(t, [stored("a"), stored("labelled")], { predictionDays: 90 });
      const truth = { labels: "{}", design: "import", annotators: 1, agreement: null, updated_ms: 1 };
      await db
        .insertInto("truths")
        .values({ ...truth, content: prediction("labelled").content })
        .execute();
      clock.advance(90 * dayMs - 1);
      await retention.runOnce();
      assert.deepEqual(await ids(), ["gar_a", "gar_labelled"]);
      clock.advance(1);
      await retention.runOnce();
      assert.deepEqual(await ids(), ["gar_labelled"]);
      assert.equal((await db.selectFrom("answers").selectAll().execute()).length, 1);
    });

    test("more old rows than one statement takes go all the same", async (t) => {
      const rows = Array.from({ length: 450 }, (_, at) => stored(`n${at}`));
      const { clock, retention, ids } = await open(t, rows);
      clock.advance(91 * dayMs);
      const running = retention.runOnce();
      for (let turn = 0; turn < 100; turn += 1) {
        clock.advance(20);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await running;
      assert.deepEqual(await ids(), []);
    });
  });
}
