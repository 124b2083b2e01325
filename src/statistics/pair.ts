import type { FieldMarks, TruthKinds } from "../attributes/index.ts";
import type { Config } from "../../schemas/index.ts";

/** How an arm's answer compares with the truth. A failed answer counts: weighted 0, every labelled field `0`. */
export interface ArmScore {
  /** 0..1. */
  weighted: number;
  marks: FieldMarks;
  /** Whether the first reply was a clean parse. */
  isClean: boolean;
}

/** One garment that both arms have answered and a label describes. */
export interface Pair {
  baseline: ArmScore;
  candidate: ArmScore;
  truths: TruthKinds;
}

/** When a comparison is decided: `shadow.decision` of the configuration. */
export type DecisionRules = Config["shadow"]["decision"];

/** What a comparison must know beside its pairs. */
export interface ComparisonFacts {
  /** Days since the comparison began. */
  days: number;
  /** Why nothing can be concluded: pairing or joins broke, both arms are the same build. Each a phrase. */
  invalidReasons: readonly string[];
  /** Slices and drift alarms that hold a promotion back, each a phrase that names itself. */
  failingSlices: readonly string[];
  driftAlarms: readonly string[];
}
