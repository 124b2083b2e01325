import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { openRecorder } from "../../../src/predictions/index.ts";
import type { Prediction, Recorder, RecorderOptions, StoredPrediction } from "../../../src/predictions/index.ts";
import { openStorage, StorageUnavailable } from "../../../src/storage/index.ts";
import type { Storage } from "../../../src/storage/index.ts";
import { createInstruments } from "../../../src/telemetry/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { armRecord, liveAnswer, prediction, silentLog } from "../../support/shadow.ts";

async function openScene(t: TestContext, changes: Partial<RecorderOptions> = {}) {
  const storage = await openStorage("sqlite::memory:", { log: silentLog });
  const clock = createManualClock();
  const instruments = createInstruments();
  const stored: StoredPrediction[] = [];
  const recorder = openRecorder({
    storage,
    clock,
    log: silentLog,
    instruments,
    findLabelled: async () => new Set<Prediction>(),
    keepImages: () => 1,
    onStored: async (batch) => void stored.push(...batch),
    ...changes,
  });
  t.after(async () => {
    await recorder.close();
    await storage.close();
  });
  return {
    storage,
    clock,
    recorder,
    stored,
    async outcome(name: string) {
      const { values } = await instruments.predictions.get();
      return values.find(({ labels }) => labels.outcome === name)?.value ?? 0;
    },
  };
}

/** Moves the clock until nothing waits any more. */
async function flush(recorder: Recorder, clock: ReturnType<typeof createManualClock>): Promise<void> {
  for (let turn = 0; turn < 200 && recorder.waiting > 0; turn += 1) {
    clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const count = async (
  storage: Storage,
  table: "garments" | "answers" | "image_bytes" | "images" | "arms",
): Promise<number> => (await storage.db.selectFrom(table).selectAll().execute()).length;

test("predictions are committed together within a fifth of a second, and told of once they are", async (t) => {
  const { storage, clock, recorder, stored } = await openScene(t);
  recorder.record(prediction("a"));
  recorder.record(prediction("b"));
  assert.equal(recorder.waiting, 2);
  assert.equal(stored.length, 0);
  await flush(recorder, clock);
  assert.deepEqual(
    stored.map(({ prediction: { garmentId } }) => garmentId),
    ["gar_a", "gar_b"],
  );
  assert.equal(await count(storage, "garments"), 2);
  assert.equal(await count(storage, "answers"), 2);
  assert.equal(await count(storage, "image_bytes"), 2);
  assert.equal(await count(storage, "arms"), 1);
});

test("of an arm's answers about the same photos the first counts; each garment keeps its own id", async (t) => {
  const { storage, clock, recorder } = await openScene(t);
  const first = prediction("a");
  recorder.record(first);
  await flush(recorder, clock);
  const sample = first.sample as NonNullable<typeof first.sample>;
  const later = { ...sample.answer, garmentId: "gar_again", latencyMs: 999 };
  recorder.record({ ...first, garmentId: "gar_again", sample: { ...sample, answer: later } });
  await flush(recorder, clock);
  const answers = await storage.db.selectFrom("answers").select(["garment_id", "latency_ms"]).execute();
  assert.deepEqual(answers, [{ garment_id: "gar_a", latency_ms: 100 }]);
  assert.equal(await count(storage, "garments"), 2);
  assert.equal(await count(storage, "images"), 1);
});

test("what is no sample is kept as a garment and as nothing else", async (t) => {
  const { storage, clock, recorder } = await openScene(t);
  recorder.record(prediction("a", { sample: null, cache: "hit" }));
  await flush(recorder, clock);
  assert.equal(await count(storage, "garments"), 1);
  assert.equal(await count(storage, "answers"), 0);
  assert.equal(await count(storage, "image_bytes"), 0);
});

test("images are kept where they are wanted", async (t) => {
  const { storage, clock, recorder } = await openScene(t, {
    keepImages: ({ garmentId }) => (garmentId === "gar_a" ? 1 : null),
  });
  recorder.record(prediction("a"));
  recorder.record(prediction("b"));
  await flush(recorder, clock);
  const rows = await storage.db.selectFrom("image_bytes").select(["jpeg", "bytes", "preparation"]).execute();
  assert.deepEqual(
    rows.map(({ jpeg, bytes, preparation }) => [Buffer.from(jpeg).toString(), bytes, preparation]),
    [["jpeg of a", 9, "prep"]],
  );
});

test("while the store is away predictions wait; what is beyond the buffer is lost and counted, and callers notice nothing", async (t) => {
  let isAway = true;
  const { clock, recorder, storage, outcome } = await openScene(t, {
    findLabelled: async () => {
      if (isAway) throw new StorageUnavailable("unreachable", "away");
      return new Set<Prediction>();
    },
  });
  for (let n = 0; n < 4096; n += 1) recorder.record(prediction(`n${n}`, { sample: null }));
  assert.equal(recorder.waiting, 4096);
  assert.equal(await outcome("lost"), 0);
  recorder.record(prediction("one too many", { sample: null }));
  assert.equal(await outcome("lost"), 1);
  clock.advance(5000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(recorder.waiting, 4096);
  isAway = false;
  await flush(recorder, clock);
  assert.equal(await count(storage, "garments"), 4096);
});

test("images beyond the buffer's bytes are given up before the answers they belong to", async (t) => {
  const { clock, recorder, storage, outcome } = await openScene(t);
  const large = (name: string): Prediction => {
    const base = prediction(name);
    const sample = base.sample as NonNullable<typeof base.sample>;
    return {
      ...base,
      sample: { ...sample, images: [{ view: "front", jpeg: Buffer.alloc(64 * 1024 * 1024), visionTokens: 1 }] },
    };
  };
  recorder.record(large("a"));
  recorder.record(large("b"));
  assert.equal(await outcome("images_lost"), 0);
  recorder.record(large("c"));
  assert.equal(await outcome("images_lost"), 1);
  await flush(recorder, clock);
  assert.equal(await count(storage, "answers"), 3);
  assert.equal(await count(storage, "image_bytes"), 2);
});

test("a row that the store refuses for good does not hold up those behind it", async (t) => {
  const { clock, recorder, storage, outcome } = await openScene(t);
  recorder.record(prediction("bad", { tier: { not: "text" } as unknown as string }));
  await flush(recorder, clock);
  assert.equal(await outcome("refused"), 1);
  recorder.record(prediction("good"));
  await flush(recorder, clock);
  assert.equal(await count(storage, "garments"), 1);
});

test("a mirrored answer is saved when its promise resolves", async (t) => {
  const { clock, recorder, storage } = await openScene(t);
  recorder.record(prediction("a"));
  const { content } = prediction("a");
  const saving = recorder.saveAnswer(liveAnswer({ content, arm: armRecord({ backend: "cand" }), origin: "mirror" }));
  await flush(recorder, clock);
  await saving;
  const rows = await storage.db.selectFrom("answers").select(["origin", "is_scored"]).orderBy("id").execute();
  assert.deepEqual(rows, [
    { origin: "live", is_scored: 0 },
    { origin: "mirror", is_scored: 0 },
  ]);
});

test("a mirrored answer about what was erased meanwhile is not kept", async (t) => {
  const { clock, recorder, storage } = await openScene(t);
  const saving = recorder.saveAnswer(liveAnswer({ content: "erased", arm: armRecord({ backend: "cand" }) }));
  await flush(recorder, clock);
  await saving;
  assert.equal(await count(storage, "answers"), 0);
});

test("what is erased while it waits to be written is not written", async (t) => {
  const { clock, recorder, storage } = await openScene(t);
  recorder.record(prediction("a"));
  recorder.record(prediction("b"));
  const { content } = prediction("a");
  const saving = recorder.saveAnswer(liveAnswer({ content, arm: armRecord({ backend: "cand" }) }));
  await recorder.forget(content);
  await saving;
  await flush(recorder, clock);
  const rows = await storage.db.selectFrom("garments").select("id").execute();
  assert.deepEqual(rows, [{ id: "gar_b" }]);
});

test("a cached answer whose label came first brings the answers about its photos to the label", async (t) => {
  const labelled = new Set<string>();
  const { clock, recorder, storage } = await openScene(t, {
    findLabelled: async (predictions) => new Set(predictions.filter(({ garmentId }) => labelled.has(garmentId))),
  });
  recorder.record(prediction("a"));
  await flush(recorder, clock);
  await storage.db.updateTable("answers").set({ is_scored: 1 }).execute();
  recorder.record(prediction("a", { garmentId: "gar_hit", sample: null, cache: "hit" }));
  await flush(recorder, clock);
  const scored = async () => (await storage.db.selectFrom("answers").select("is_scored").execute())[0]?.is_scored;
  assert.equal(await scored(), 1, "nobody has labelled it");
  labelled.add("gar_again");
  recorder.record(prediction("a", { garmentId: "gar_again", sample: null, cache: "hit" }));
  await flush(recorder, clock);
  assert.equal(await scored(), 0);
});

test("with the store away for good, closing ends in its time and says what is lost", async (t) => {
  const { recorder, outcome, clock } = await openScene(t, { findLabelled: () => new Promise(() => {}) });
  recorder.record(prediction("a"));
  const saving = recorder.saveAnswer(liveAnswer());
  const refused = assert.rejects(saving, StorageUnavailable);
  const closing = recorder.close();
  for (let turn = 0; turn < 20; turn += 1) {
    clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await closing;
  await refused;
  assert.equal(await outcome("lost"), 1);
});

test("closing commits what waits, and takes nothing more", async (t) => {
  const { recorder, storage, outcome } = await openScene(t);
  recorder.record(prediction("a"));
  await recorder.close();
  assert.equal(await count(storage, "garments"), 1);
  recorder.record(prediction("b"));
  assert.equal(await outcome("lost"), 1);
  await assert.rejects(recorder.saveAnswer(liveAnswer()), StorageUnavailable);
});
