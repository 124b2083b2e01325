import type { Generated } from "kysely";

/**
 * The tables, as the query builder sees them. Both databases hold the same: flags are 0 or 1, times are milliseconds since
 * the epoch, structured values are JSON text, so that no query depends on a database's own types.
 *
 * A *content* is what was photographed: the hash of a request's images and their views. It is the unit of evaluation:
 * however often the same photos come, they are one garment to the statistics. A *garment* is one answer with its id.
 */
export interface Tables {
  arms: ArmsTable;
  garments: GarmentsTable;
  images: ImagesTable;
  image_bytes: ImageBytesTable;
  answers: AnswersTable;
  labels: LabelsTable;
  truths: TruthsTable;
  scores: ScoresTable;
  wanted: WantedTable;
  replays: ReplaysTable;
  coverage: CoverageTable;
  audit: AuditTable;
}

/** What is compared: a backend's build with everything that shapes its answers. */
export interface ArmsTable {
  /** Hash of all that follows but `quantization` and `simulated`. */
  id: string;
  backend: string;
  model: string;
  quantization: string;
  /** Stands for the build behind the backend. */
  fingerprint: string;
  /** Versions of the prompt, of the guided schema and of the image preparation. */
  prompt: string;
  schema: string;
  preparation: string;
  simulated: number;
  first_seen_ms: number;
}

/** Every answer that was given, cached ones included: the id that labels and callers know. */
export interface GarmentsTable {
  id: string;
  content: string;
  sample_id: string | null;
  /** JSON object, the caller's. */
  metadata: string | null;
  created_ms: number;
  /** The arm that answered. */
  arm_id: string;
  /** `miss`, `hit` or `coalesced`; `failed` where every build failed, and no caller knows its id. */
  cache: string;
  tier: string | null;
  /** JSON of `degraded`; such answers are no samples. */
  degraded: string | null;
  /** JSON: attributes, confidence; `null` where it failed. */
  attributes: string;
  confidence: string;
}

/** The uploaded images of a content, in order. */
export interface ImagesTable {
  content: string;
  n: number;
  view: string;
  /** Of the uploaded bytes: what labels name. */
  sha256: string;
  width: number;
  height: number;
}

/** Prepared images, exactly as they were sent to a backend, where they are kept. */
export interface ImageBytesTable {
  content: string;
  n: number;
  jpeg: Uint8Array;
  bytes: number;
  vision_tokens: number;
  /** The preparation that made them. */
  preparation: string;
  /** Probability with which they were kept, in (0, 1]: that of every later answer about them. */
  inclusion: number;
  stored_ms: number;
}

/** What an arm made of a content: one row for each pair of them, the first. */
export interface AnswersTable {
  id: Generated<number>;
  content: string;
  arm_id: string;
  /** The answer to a caller that it belongs to. */
  garment_id: string;
  /** `live`, `mirror` or `backfill`. */
  origin: string;
  /** `valid`, `repaired` or `failed`. */
  outcome: string;
  /** Why it failed, in our words; null where it did not. */
  failure: string | null;
  /** JSON; null where it failed. */
  attributes: string | null;
  confidence: string | null;
  /** 1 where the first reply was a clean parse. */
  is_clean: number;
  attempts: number;
  latency_ms: number;
  prompt_tokens: number;
  completion_tokens: number;
  /** Probability with which this arm got to see this content, 0..1. */
  inclusion: number;
  created_ms: number;
  /** 0 until the evaluation has looked for a label. */
  is_scored: number;
}

/** Every label ever given, in order; the newest of an annotator for a key counts. */
export interface LabelsTable {
  id: Generated<number>;
  /** `request_id`, `sample_id` or `image_sha256`. */
  key_kind: string;
  key: string;
  annotator: string;
  source: string;
  /** `audit`, `review` or `import`. */
  design: string;
  /** JSON: field to value or null; a missing field is not labelled. */
  labels: string;
  created_ms: number;
  /** 0 until the evaluation has looked for the contents it belongs to. */
  is_joined: number;
}

/** What a content truly is: the labels of all its keys and annotators brought together. */
export interface TruthsTable {
  content: string;
  labels: string;
  design: string;
  /** How many annotators had a say, and the share of their pairs of values that agree; null with one. */
  annotators: number;
  agreement: number | null;
  updated_ms: number;
}

/** An answer held against the truth. `id` grows in the order in which answers first met a label. */
export interface ScoresTable {
  id: Generated<number>;
  content: string;
  arm_id: string;
  sample_id: string | null;
  garment_id: string;
  origin: string;
  outcome: string;
  is_clean: number;
  latency_ms: number;
  inclusion: number;
  design: string;
  /** When the answer was made, and when it was scored first and last. */
  created_ms: number;
  scored_ms: number;
  rescored_ms: number;
  /** Version of the code and vocabulary that scored it. */
  scorer: string;
  /** 0..1. */
  weighted: number;
  /** The composite, 0..1, and 1 where parts of it were missing. */
  quality: number;
  quality_partial: number;
  /** `FieldMarks` and `TruthKinds` of the attributes room. */
  marks: string;
  truths: string;
}

/** Answers still to be had from a backend: spooled mirrors and backfills. */
export interface WantedTable {
  id: Generated<number>;
  content: string;
  backend: string;
  garment_id: string;
  /** `spooled` or `backfill`. */
  reason: string;
  inclusion: number;
  created_ms: number;
  /** Until then a gateway is at it. */
  claimed_until_ms: number;
}

/** Repeated answers about labelled contents, which show whether an arm changes in silence. */
export interface ReplaysTable {
  id: Generated<number>;
  content: string;
  arm_id: string;
  created_ms: number;
  outcome: string;
  attributes: string | null;
  weighted: number;
  marks: string;
  truths: string;
}

/** What became of the requests that were to be mirrored, by the hour. */
export interface CoverageTable {
  hour_ms: number;
  backend: string;
  outcome: string;
  count: number;
}

/** Append-only: each entry carries the hash of the one before it. */
export interface AuditTable {
  seq: number;
  at_ms: number;
  kind: string;
  actor: string;
  /** JSON. */
  body: string;
  previous_hash: string;
  hash: string;
}
