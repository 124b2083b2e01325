import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { loadConfig } from "../../config/index.ts";
import { armIdOf, contentOf } from "../../src/predictions/index.ts";
import type { AnswerRecord, ArmRecord, Prediction, StoredPrediction } from "../../src/predictions/index.ts";
import { openShadow } from "../../src/shadow/index.ts";
import type { Asked, Shadow, ShadowSettings, Target } from "../../src/shadow/index.ts";
import { openStorage } from "../../src/storage/index.ts";
import type { Storage } from "../../src/storage/index.ts";
import { createInstruments } from "../../src/telemetry/index.ts";
import type { Instruments } from "../../src/telemetry/index.ts";
import { createManualClock } from "./manual-clock.ts";
import type { ManualClock } from "./manual-clock.ts";

export const silentLog = { debug() {}, info() {}, warn() {}, error() {} };

/** Nine values that nobody cares about. */
const attributes = {
  type: "t-shirt",
  color: "navy",
  pattern: null,
  neckline: null,
  sleeve_length: null,
  closure: null,
  brand: null,
  size: "M",
  defect_type: null,
};
const confidence = {
  type: 0.9,
  color: 0.6,
  pattern: null,
  neckline: null,
  sleeve_length: null,
  closure: null,
  brand: null,
  size: 0.8,
  defect_type: null,
};

export function armRecord(changes: Partial<ArmRecord> = {}): ArmRecord {
  return {
    backend: "base",
    model: "m",
    quantization: "fp8",
    fingerprint: "f1",
    prompt: "p1",
    schema: "s1",
    preparation: "prep",
    simulated: true,
    ...changes,
  };
}

/** A prediction of a garment whose photo is unlike every other one's. */
export function prediction(name: string, changes: Partial<Prediction> = {}): Prediction {
  const uploads = [{ view: "front" as const, sha256: name.padStart(64, "0"), width: 600, height: 800 }];
  const content = contentOf(uploads);
  const garmentId = `gar_${name}`;
  const arm = changes.arm ?? armRecord();
  return {
    garmentId,
    content,
    sampleId: null,
    metadata: null,
    createdMs: 1_700_000_000_000,
    arm,
    cache: "miss",
    tier: "balanced",
    degraded: null,
    attributes,
    confidence,
    uploads,
    sample: {
      answer: liveAnswer({ content, garmentId, arm }),
      images: [{ view: "front", jpeg: Buffer.from(`jpeg of ${name}`), visionTokens: 300 }],
      failedBackends: [],
    },
    ...changes,
  };
}

export function liveAnswer(changes: Partial<AnswerRecord> = {}): AnswerRecord {
  return {
    content: "c",
    garmentId: "gar_c",
    arm: armRecord(),
    origin: "live",
    outcome: "valid",
    failure: null,
    attributes,
    confidence,
    isClean: true,
    attempts: 1,
    latencyMs: 100,
    promptTokens: 400,
    completionTokens: 80,
    inclusion: 1,
    createdMs: 1_700_000_000_000,
    ...changes,
  };
}

export function stored(name: string, changes: Partial<StoredPrediction> = {}): StoredPrediction {
  return { prediction: prediction(name), isLabelled: false, imageInclusion: 1, ...changes };
}

export const answered: Extract<Asked, { kind: "answered" }> = {
  kind: "answered",
  attributes,
  confidence,
  isClean: true,
  attempts: 1,
  latencyMs: 120,
  promptTokens: 400,
  completionTokens: 80,
};

function answerRow({ content, arm, garmentId, origin, outcome, failure, createdMs }: AnswerRecord) {
  return {
    content,
    arm_id: armIdOf(arm),
    garment_id: garmentId,
    origin,
    outcome,
    failure,
    attributes: null,
    confidence: null,
    is_clean: 0,
    attempts: 1,
    latency_ms: 1,
    prompt_tokens: 1,
    completion_tokens: 1,
    inclusion: 1,
    created_ms: createdMs,
    is_scored: 1,
  };
}

/** A call that the mirror has made: `end` answers it. */
export interface MirroredCall {
  backend: string;
  text: string;
  signal: AbortSignal;
  end(asked: Asked): Promise<void>;
}

export interface ShadowScene {
  shadow: Shadow;
  storage: Storage;
  clock: ManualClock;
  instruments: Instruments;
  calls: MirroredCall[];
  saved: AnswerRecord[];
  targets: Record<"base" | "cand", { -readonly [K in keyof Target]: Target[K] }>;
  /** Live requests that wait. */
  live: { waiting: number };
  /** What `saveAnswer` does beyond remembering. */
  store: { isBroken: boolean };
  /** How many of the next calls break by a defect of ours. */
  broken: { asks: number };
  fingerprints: Record<string, string>;
  /** Lets everything that has been begun happen. */
  settle(): Promise<void>;
  /** Resolves when so many calls have been made. */
  untilCalls(count: number): Promise<void>;
  /** Resolves when so many jobs wait in the store. */
  untilSpooled(count: number): Promise<void>;
  mirrors(outcome: string): Promise<number>;
}

/** A mirror from `base` to `cand` over a store, in memory where not said otherwise, with a clock and backends that the test moves. */
export async function openShadowScene(
  t: TestContext,
  settings: Partial<ShadowSettings> = {},
  url = "sqlite::memory:",
): Promise<ShadowScene> {
  const storage = await openStorage(url, { log: silentLog });
  const clock = createManualClock();
  const instruments = createInstruments();
  const calls: MirroredCall[] = [];
  const saved: AnswerRecord[] = [];
  const store = { isBroken: false };
  const broken = { asks: 0 };
  const live = { waiting: 0 };
  const fingerprints: Record<string, string> = { base: "f1", cand: "f2" };
  const target = { isReady: true, isLive: true, liveCalls: 0, limit: 8, card: null };
  const targets: ShadowScene["targets"] = {
    base: { ...target, id: "base" },
    cand: { ...target, id: "cand", isLive: false },
  };
  const { decision: _decision, ...defaults } = loadConfig({ environment: {} }).shadow;
  const shadow = openShadow({
    storage,
    clock,
    log: silentLog,
    instruments,
    settings: { ...defaults, baseline: "base", candidate: "cand", mirror_rate: 1, ...settings },
    fleet: {
      find: (id) => targets[id as "base" | "cand"] ?? null,
      all: () => Object.values(targets),
      liveWaiting: () => live.waiting,
    },
    arms: {
      of: (backend, preparation) =>
        fingerprints[backend] === undefined
          ? null
          : armRecord({ backend, preparation, fingerprint: fingerprints[backend] }),
      preparations: () => new Set(["prep"]),
    },
    ask: (backend, images, { signal }) =>
      new Promise((resolve, reject) => {
        if (broken.asks > 0) {
          broken.asks -= 1;
          reject(new Error("a defect"));
          return;
        }
        const end = async (asked: Asked): Promise<void> => {
          resolve(asked);
          await settle();
        };
        signal.addEventListener("abort", () => resolve({ kind: "taken_back" }), { once: true });
        calls.push({ backend, text: String(images[0]?.jpeg), signal, end });
      }),
    recorder: {
      async saveAnswer(answer) {
        if (store.isBroken) throw new Error("the store is away");
        saved.push(answer);
        await storage.db.insertInto("answers").values(answerRow(answer)).execute();
      },
    },
    score: async () => ({ weighted: 1, marks: "111111111", truths: "vvvvvvvvv" }),
  });
  t.after(async () => {
    await shadow.close();
    await storage.close();
  });

  async function settle(): Promise<void> {
    // A server's answers come in their own time, over several connections at once.
    const pauseMs = storage.dialect === "postgres" ? 10 : 0;
    for (let turn = 0; turn < 20; turn += 1) {
      await storage.db.selectFrom("wanted").select("id").limit(1).execute();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  // The mirror looks into its spool at the start; a test begins when that is over.
  await settle();

  return {
    shadow,
    storage,
    clock,
    instruments,
    calls,
    saved,
    targets,
    live,
    store,
    broken,
    fingerprints,
    settle,
    async untilCalls(count) {
      for (let tries = 0; calls.length < count && tries < 100; tries += 1) await settle();
      assert.equal(calls.length, count, "calls made");
    },
    async untilSpooled(count) {
      for (let tries = 0; (await shadow.status()).spooled !== count && tries < 100; tries += 1) await settle();
      assert.equal((await shadow.status()).spooled, count, "jobs in the spool");
    },
    async mirrors(outcome) {
      const { values } = await instruments.shadowMirrors.get();
      return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
    },
  };
}
