import { loadMetricDefinitions } from "../../config/index.ts";
import { createCanonicaliser } from "../../src/attributes/index.ts";
import { createEvaluation } from "../../src/evaluation/index.ts";
import type { BuildFacts, ComparisonSettings, Evaluation, EvaluationParts } from "../../src/evaluation/index.ts";
import { stableHash } from "../../src/kernel/index.ts";
import { createLabels } from "../../src/labels/index.ts";
import { createScorer } from "../../src/scoring/index.ts";
import { openStorage } from "../../src/storage/index.ts";
import type { Storage } from "../../src/storage/index.ts";
import { createInstruments } from "../../src/telemetry/index.ts";
import type { Instruments } from "../../src/telemetry/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { Attributes, FieldName } from "../../schemas/index.ts";
import { createManualClock } from "./manual-clock.ts";
import type { ManualClock } from "./manual-clock.ts";

/** An answer of one backend about one garment; defaults are right where the label is `plainShirt`. */
export interface Answered {
  content: string;
  backend?: string;
  garment?: string;
  sampleId?: string | null;
  metadata?: object | null;
  images?: string[];
  origin?: "live" | "mirror" | "backfill";
  /** null: the answer failed. */
  attributes?: Partial<Attributes> | null;
  confidence?: number | null;
  isClean?: boolean;
  latencyMs?: number;
  inclusion?: number;
  atMs?: number;
  preparation?: string;
  fingerprint?: string;
}

export interface TestEvaluation {
  storage: Storage;
  clock: ManualClock;
  instruments: Instruments;
  evaluation: Evaluation;
  labelled: string[];
  settings: ComparisonSettings;
  builds: Map<string, BuildFacts>;
  /** Stores answers as the predictions room would. */
  answer(...answers: Answered[]): Promise<void>;
  label(...labels: object[]): Promise<void>;
  /** Another gateway on the same store. */
  reopen(change?: Partial<EvaluationParts>): Evaluation;
  close(): Promise<void>;
}

export const plainShirt: Attributes = {
  type: "shirt",
  color: "navy",
  pattern: "solid",
  neckline: "crew neck",
  sleeve_length: "short sleeve",
  closure: "pullover",
  brand: null,
  size: null,
  defect_type: null,
};

export const baseline = "blackwell-fp8";
export const candidate = "blackwell-nvfp4";
const dayMs = 86_400_000;

const log = { debug() {}, info() {}, warn() {}, error() {} };
const canonicaliser = createCanonicaliser();
const scoring = createScorer({ canonicaliser, definitions: loadMetricDefinitions() });

export function armId(backend: string, { preparation = "prep-1", fingerprint = `fp-${backend}` } = {}): string {
  return stableHash([backend, preparation, fingerprint]).slice(0, 24);
}

/** An evaluation over an empty store in memory, with the background standing still. */
export async function openTestEvaluation(url = "sqlite::memory:"): Promise<TestEvaluation> {
  const clock = createManualClock(1_700_000_000_000);
  const storage = await openStorage(url, { log });
  const instruments = createInstruments();
  const labelled: string[] = [];
  const settings: ComparisonSettings = {
    baseline,
    candidate,
    decision: {
      alpha: 0.05,
      margins: { weighted: 0.01, type: 0.01, defect_type: 0.02, brand: 0.02, size: 0.02 },
      min_pairs: 50,
      min_valued: {},
      max_pairs: 20_000,
      max_days: 30,
    },
  };
  const builds = new Map<string, BuildFacts>([
    [baseline, { model: "m", quantization: "fp8", server: "server-a" }],
    [candidate, { model: "m", quantization: "nvfp4", server: "server-b" }],
  ]);
  const labels = createLabels({ storage, canonicalise: canonicaliser.canonicalise, wall: () => clock.wall() });
  const parts: EvaluationParts = {
    storage,
    clock,
    log,
    instruments,
    canonicaliser,
    scoring,
    semantics: {
      isConfigured: false,
      compare: async () => ({ sbert: null, hallucination: null }),
      close: async () => {},
    },
    settings: () => settings,
    describeBuild: (id) => builds.get(id) ?? null,
    version: "test",
    onLabelled: (contents) => void labelled.push(...contents),
  };
  const evaluation = createEvaluation(parts);

  async function answer(...answers: Answered[]): Promise<void> {
    for (const each of answers) await storeAnswer(storage, clock, each);
  }

  return {
    storage,
    clock,
    instruments,
    evaluation,
    labelled,
    settings,
    builds,
    answer,
    async label(...given) {
      for (const label of given) await labels.put(label);
    },
    reopen: (change = {}) => createEvaluation({ ...parts, ...change }),
    async close() {
      await evaluation.close();
      await storage.close();
    },
  };
}

async function storeAnswer({ db }: Storage, clock: ManualClock, given: Answered): Promise<void> {
  const { content, backend = baseline, origin = backend === baseline ? "live" : "mirror" } = given;
  const { garment = `gar_${content}`, sampleId = null, metadata = null, images = [`${content}-0`] } = given;
  const { confidence = 0.9, isClean = given.attributes !== null, latencyMs = 200, inclusion = 1 } = given;
  const { atMs = clock.wall(), preparation = "prep-1", fingerprint = `fp-${backend}` } = given;
  const attributes = given.attributes === null ? null : { ...plainShirt, ...given.attributes };
  const sure = Object.fromEntries(fieldNames.map((field) => [field, confidence])) as Record<FieldName, number | null>;
  const arm = armId(backend, { preparation, fingerprint });
  await db
    .insertInto("arms")
    .values({
      id: arm,
      backend,
      model: "m",
      quantization: backend === baseline ? "fp8" : "nvfp4",
      fingerprint,
      prompt: "p1",
      schema: "s1",
      preparation,
      simulated: 1,
      first_seen_ms: clock.wall() - dayMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto("garments")
    .values({
      id: garment,
      content,
      sample_id: sampleId,
      metadata: metadata === null ? null : JSON.stringify(metadata),
      created_ms: atMs,
      arm_id: arm,
      cache: "miss",
      tier: "balanced",
      degraded: null,
      attributes: JSON.stringify(attributes ?? plainShirt),
      confidence: JSON.stringify(sure),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto("images")
    .values(images.map((sha256, n) => ({ content, n, view: "front", sha256, width: 600, height: 800 })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto("answers")
    .values({
      content,
      arm_id: arm,
      garment_id: garment,
      origin,
      outcome: attributes === null ? "failed" : isClean ? "valid" : "repaired",
      failure: attributes === null ? "timeout" : null,
      attributes: attributes === null ? null : JSON.stringify(attributes),
      confidence: attributes === null ? null : JSON.stringify(sure),
      is_clean: Number(isClean),
      attempts: 1,
      latency_ms: latencyMs,
      prompt_tokens: 400,
      completion_tokens: 80,
      inclusion,
      created_ms: atMs,
      is_scored: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
