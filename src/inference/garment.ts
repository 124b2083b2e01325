import type { CacheMode, TimeLeft } from "../cache/index.ts";
import type { Priority } from "../kernel/index.ts";
import type { AttributesAnswer, AttributesOptions, BackendConfig, TierName, ViewName } from "../../schemas/index.ts";
import type { Arm, FailedCall, LiveCall } from "./observation.ts";

/** One garment as a caller sends it: its photos, what is asked of the gateway, and how long it may take. */
export interface Garment {
  images: readonly { view: ViewName; bytes: Buffer }[];
  options: AttributesOptions;
  deadline: TimeLeft;
  /** Who waits may share work only with those who wait as urgently. */
  priority: Priority;
  cacheMode: CacheMode;
  /** Told once how the answer came about, or that every build failed at it, before `infer` resolves or rejects. */
  onObserved?: (observation: Observation) => void;
}

/** What an evaluation needs of a request's end. */
export type Observation = AnsweredObservation | FailedObservation;

/** No build could answer, for reasons of their own: to an evaluation that is an answer of theirs, a failed one. */
export interface FailedObservation {
  answer: null;
  /** Made for it; the caller has never seen it. */
  id: string;
  sampleId: string | null;
  metadata: object | null;
  tier: AttributesAnswer["tier"];
  failure: FailedCall;
  isCustom: boolean;
}

/** An answer with what an evaluation needs of its making. */
export interface AnsweredObservation {
  answer: Pick<AttributesAnswer, "id" | "sample_id" | "metadata" | "attributes" | "confidence"> &
    Pick<AttributesAnswer, "tier" | "cache" | "repaired" | "degraded" | "images" | "usage">;
  arm: Arm;
  /** Null where a stored or shared answer was given. */
  call: LiveCall | null;
  /** The caller wished a number of vision tokens of its own. */
  isCustom: boolean;
}

/** Which backends a request may go to: those of a tier, or those with a model or backend id. */
export type Target = { tier: TierName; model: null } | { tier: null; model: string };

/** Where neither tier nor model is given. */
const defaultTier: TierName = "balanced";

export function targetOf({ tier, model }: AttributesOptions): Target {
  return model === undefined ? { tier: tier ?? defaultTier, model: null } : { tier: null, model };
}

/** Whether a live backend goes by this model or backend id. */
export function isNamed(config: BackendConfig, name: string): boolean {
  return config.role === "live" && (config.model === name || config.id === name);
}
