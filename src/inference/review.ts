import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";

/** Confidence below which a field wants a person's look, until a calibrator fitted on labels sets a better one. */
const defaultThreshold = 0.8;

/** The fields that want a look: confidence below the field's threshold, or not known at all. */
export function fieldsToReview(
  confidence: Readonly<Record<FieldName, number | null>>,
  thresholds: Readonly<Partial<Record<string, number>>>,
): FieldName[] {
  return fieldNames.filter((field) => {
    const value = confidence[field];
    return value === null || value < (thresholds[field] ?? defaultThreshold);
  });
}
