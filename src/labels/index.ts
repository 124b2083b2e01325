/**
 * Ground truth: takes labels in, keeps every revision of them, and brings the labels of all keys and annotators of a garment
 * together into one truth. Owns the tables `labels` and `truths`.
 * Refuses to know what was answered, and how an answer compares with a truth.
 */
export { createLabels } from "./open-labels.ts";
export type { Labels, LabelsDeps } from "./open-labels.ts";
export { designs, keyKinds } from "./label.ts";
export type { Design, KeyKind, Label, LabelKey, LabelledFields, StoredLabel } from "./label.ts";
export type { IngestOptions, IngestProgress, IngestSummary, Rejection } from "./ingest-lines.ts";
export type { ParsedLine } from "./read-line.ts";
export type { LabelReport } from "./report.ts";
export { areLabelled } from "./known.ts";
export { findConflicts, resolveTruth } from "./resolve-truth.ts";
export type { Conflict, Truth, Vote } from "./resolve-truth.ts";
export { contentsOfLabels, labelsOfContents, markJoined, readTruths, saveTruths, unjoinedLabels } from "./truths.ts";
export type { StoredTruth, UnjoinedLabel } from "./truths.ts";
