/**
 * What the nine fields mean: their weights, which of them are critical, how a value is written down, which spellings
 * say "nothing", and which values mean the same. Serving and scoring share this one place.
 * Knows no model, no prompt, no HTTP and no statistics; what is answered is never turned into another value.
 */
export { criticalFields, fieldWeights, totalWeight } from "./fields.ts";
export { createCanonicaliser } from "./canonicalise.ts";
export type { Aliases, Canonicaliser } from "./canonicalise.ts";
export { foldText } from "./fold-text.ts";
export { cleanValue } from "./clean-value.ts";
export type { CleanedValue } from "./clean-value.ts";
export type { FieldMarks, TruthKinds } from "./marks.ts";
