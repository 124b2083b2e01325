import { setImmediate } from "node:timers/promises";
import { fieldWeights, totalWeight } from "../attributes/index.ts";
import { disagreement } from "../statistics/index.ts";
import type { Disagreement } from "../statistics/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import type { Storage } from "../storage/index.ts";
import type { ArmPair } from "./arms.ts";
import type { Canonicalise } from "./canonicalise.ts";

/** What two arms' answers tell without any label. */
export interface LabelFree {
  garments: number;
  fields: Record<FieldName, Disagreement>;
  /** The weighted scores differ by no more than this. */
  weightedBound: number;
  /** Garments that both answered with the very same values and confidences, of those that have confidences. */
  identical: number;
  comparable: number;
}

const newestGarments = 2_000;
/** Rows of arithmetic between turns for others. */
const rowsPerTurn = 200;
/** The digits of this many confidences do not agree by chance. */
const enoughIdentical = 50;

interface AnswerRow {
  attributes: string | null;
  confidence: string | null;
}

/** Compares the newest answers of two arms about the same garments. */
export async function readLabelFree(
  { db }: Storage,
  { baseline, candidate }: ArmPair,
  canonicalise: Canonicalise,
): Promise<LabelFree> {
  const rows = await db
    .selectFrom("answers as one")
    .innerJoin("answers as other", (join) =>
      join.onRef("other.content", "=", "one.content").on("other.arm_id", "=", candidate.id),
    )
    .select(["one.attributes", "one.confidence"])
    .select(["other.attributes as other_attributes", "other.confidence as other_confidence"])
    .where("one.arm_id", "=", baseline.id)
    .orderBy("one.created_ms", "desc")
    .limit(newestGarments)
    .execute();
  const differing = Object.fromEntries(fieldNames.map((field) => [field, 0])) as Record<FieldName, number>;
  let identical = 0;
  let comparable = 0;
  for (const [at, row] of rows.entries()) {
    if (at % rowsPerTurn === rowsPerTurn - 1) await setImmediate();
    const one = { attributes: row.attributes, confidence: row.confidence };
    const other = { attributes: row.other_attributes, confidence: row.other_confidence };
    for (const field of findDifferences(one, other, canonicalise)) differing[field] += 1;
    if (hasConfidence(one) && hasConfidence(other)) {
      comparable += 1;
      if (one.attributes === other.attributes && one.confidence === other.confidence) identical += 1;
    }
  }
  const fields = Object.fromEntries(
    fieldNames.map((field) => [field, disagreement(differing[field], rows.length)]),
  ) as Record<FieldName, Disagreement>;
  const bound = fieldNames.reduce((sum, field) => sum + fieldWeights[field] * fields[field].largestGap, 0);
  return { garments: rows.length, fields, weightedBound: bound / totalWeight, identical, comparable };
}

/** The fields that two answers differ in; all of them where exactly one of them failed. */
function findDifferences(one: AnswerRow, other: AnswerRow, canonicalise: Canonicalise): FieldName[] {
  if (one.attributes === null || other.attributes === null) {
    return one.attributes === other.attributes ? [] : [...fieldNames];
  }
  if (one.attributes === other.attributes) return [];
  const a = JSON.parse(one.attributes) as Record<FieldName, string | null>;
  const b = JSON.parse(other.attributes) as Record<FieldName, string | null>;
  return fieldNames.filter((field) => canonicalise(field, a[field]) !== canonicalise(field, b[field]));
}

function hasConfidence({ confidence }: AnswerRow): boolean {
  return confidence !== null && /\d/.test(confidence);
}

/** Why both arms look like one build, as a phrase; none where they do not. Two builds differ in the digits of confidences. */
export function findIdenticalAnswers({ identical, comparable }: LabelFree): string[] {
  if (comparable < enoughIdentical || identical < comparable) return [];
  return [
    `both arms are the same build: they gave the very same answers and confidences for all of ${comparable} garments`,
  ];
}
