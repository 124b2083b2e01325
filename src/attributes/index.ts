/**
 * What the nine fields mean: their weights, which of them are critical, how a value is written down, and which
 * spellings say "nothing". Serving and scoring share this one place.
 * Knows no model, no prompt, no HTTP and no statistics; never turns one value into another.
 */
export { criticalFields, fieldWeights, totalWeight } from "./fields.ts";
export { cleanValue } from "./clean-value.ts";
export type { CleanedValue } from "./clean-value.ts";
export type { FieldMarks, TruthKinds } from "./marks.ts";
