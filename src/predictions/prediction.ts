import { sha256, stableHash } from "../kernel/index.ts";
import type { Attributes, FieldName, ViewName } from "../../schemas/index.ts";

/** What shapes an answer: a backend's build, and what it is asked with. */
export interface ArmRecord {
  backend: string;
  model: string;
  quantization: string;
  fingerprint: string;
  prompt: string;
  schema: string;
  preparation: string;
  simulated: boolean;
}

/** A prepared image, exactly as it went to the arm that answered. */
export interface KeptImage {
  view: ViewName;
  jpeg: Buffer;
  visionTokens: number;
}

/** What an arm made of a content. */
export interface AnswerRecord {
  content: string;
  garmentId: string;
  arm: ArmRecord;
  origin: "live" | "mirror" | "backfill";
  outcome: "valid" | "repaired" | "failed";
  /** Why it failed, in our words. */
  failure: string | null;
  attributes: Attributes | null;
  confidence: Record<FieldName, number | null> | null;
  isClean: boolean;
  attempts: number;
  latencyMs: number;
  promptTokens: number;
  completionTokens: number;
  /** Probability with which this arm got to see this content, in (0, 1]. */
  inclusion: number;
  createdMs: number;
}

/** An answer that a caller was given. */
export interface Prediction {
  garmentId: string;
  content: string;
  sampleId: string | null;
  metadata: object | null;
  createdMs: number;
  arm: ArmRecord;
  /** `failed`: every build failed at it, and no caller knows its id. */
  cache: "miss" | "hit" | "coalesced" | "failed";
  tier: string | null;
  degraded: object | null;
  attributes: Attributes | null;
  confidence: Record<FieldName, number | null> | null;
  /** The uploads, in order. */
  uploads: readonly { view: ViewName; sha256: string; width: number; height: number }[];
  /** The call behind it where it is a sample: a whole answer of its own, to a request as the gateway puts it. */
  sample: {
    answer: AnswerRecord;
    images: readonly KeptImage[];
    /** Backends that failed at it by their own fault before this one answered. */
    failedBackends: readonly string[];
  } | null;
}

/** A prediction that is committed, with what was known of it then. */
export interface StoredPrediction {
  prediction: Prediction;
  /** A label for it had been given before. */
  isLabelled: boolean;
  /** The probability with which images like its own are kept; null where they were not. */
  imageInclusion: number | null;
}

/** The arm's name in every table: the same for everything that shapes its answers, and for nothing else. */
export function armIdOf({ backend, model, fingerprint, prompt, schema, preparation }: ArmRecord): string {
  return stableHash([backend, model, fingerprint, prompt, schema, preparation]).slice(0, 24);
}

/** Names what was photographed: the uploaded bytes with their views, in order. */
export function contentOf(uploads: readonly { view: string; sha256: string }[]): string {
  return sha256(uploads.map(({ view, sha256: hash }) => `${view} ${hash}`).join("\n")).slice(0, 40);
}
