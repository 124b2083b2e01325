/**
 * What was answered, kept: garments, the arms that answered them, their images. Written in batches behind the reply, and
 * bounded: where the store is slow or gone, callers notice nothing and what is lost is counted.
 * Owns the tables arms, garments, images, image_bytes and answers. Knows no label, no score and no backend.
 */
export { armIdOf, contentOf } from "./prediction.ts";
export type { AnswerRecord, ArmRecord, KeptImage, Prediction, StoredPrediction } from "./prediction.ts";
export { openRecorder } from "./recorder.ts";
export { findAnswered } from "./write-batch.ts";
export type { Keep, Recorder, RecorderOptions } from "./recorder.ts";
export { createGarments } from "./garments.ts";
export type { Garments, GarmentView } from "./garments.ts";
export { startRetention } from "./retention.ts";
export type { RetentionRules } from "./retention.ts";
