/**
 * The question put to a vision-language model about one garment, and the reading of its answer: prompt, guided schema,
 * tolerant parse, field-level repair, validation, and a probability for each value.
 * Pure: knows no backend, no HTTP, no image bytes and no calibrator; never invents a value, a null or a confidence.
 */
export { promptVersion } from "./prompt.ts";
export { guidedSchemaJson, schemaVersion } from "./guided-schema.ts";
export type { GuidedSchema } from "./guided-schema.ts";
export { createQuestion, createReask } from "./question.ts";
export type { Question } from "./question.ts";
export { mergeReask, readAnswer } from "./read-answer.ts";
export type { Answer, AnswerFault, FieldConfidence, FieldValues, PartialAnswer, Reply, ValidAnswer } from "./answer.ts";
export { validateAttributes } from "./validate-attributes.ts";
