import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";

/**
 * How much each field counts in a weighted score. Source: the model card's field importance weights: type decides the
 * routing, defect_type the grade and the price, brand and size the listing.
 */
export const fieldWeights: Readonly<Record<FieldName, number>> = {
  type: 2.5,
  color: 1,
  pattern: 1,
  neckline: 1,
  sleeve_length: 1,
  closure: 1,
  brand: 1.5,
  size: 1.5,
  defect_type: 2,
};

/** The sum of all weights (12.5): the denominator that keeps a weighted score within 0..1. */
export const totalWeight = fieldNames.reduce((sum, field) => sum + fieldWeights[field], 0);

/** The fields that must each hold their own before a candidate may replace a baseline. */
export const criticalFields: readonly FieldName[] = ["type", "defect_type", "brand", "size"];
