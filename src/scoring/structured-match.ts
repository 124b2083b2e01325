import { fieldNames } from "../../schemas/index.ts";
import type { MetricDefinitions } from "../../schemas/index.ts";
import { fieldWeights } from "../attributes/index.ts";
import type { FieldMarks } from "../attributes/index.ts";
import type { Predicted } from "./labels.ts";
import { assertFraction } from "./score-fields.ts";

/** Structured Match and its two parts, each 0..1. */
export interface StructuredMatch {
  /** FMR: share of the labelled fields whose key is in the answer. */
  fieldMatchRate: number;
  /** VA: Σ w·c / Σ w over the labelled fields whose key is in the answer; 0 where there is none. */
  valueAccuracy: number;
  structuredMatch: number;
}

/**
 * Structured Match = FMR · VA, or their mean. The product is the default, because an answer of one right key would get
 * more than half by the mean.
 */
export function matchStructure(
  predicted: Predicted,
  marks: FieldMarks,
  combiner: MetricDefinitions["structured_combiner"],
): StructuredMatch {
  let labelled = 0;
  let present = 0;
  let right = 0;
  let total = 0;
  for (const [at, field] of fieldNames.entries()) {
    if (marks[at] === "-") continue;
    labelled += 1;
    if (predicted?.[field] === undefined) continue;
    present += 1;
    total += fieldWeights[field];
    if (marks[at] === "1") right += fieldWeights[field];
  }
  const fieldMatchRate = labelled === 0 ? 0 : present / labelled;
  const valueAccuracy = total === 0 ? 0 : right / total;
  const combined = combiner === "product" ? fieldMatchRate * valueAccuracy : (fieldMatchRate + valueAccuracy) / 2;
  return { fieldMatchRate, valueAccuracy, structuredMatch: assertFraction(combined) };
}
