import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import type { Canonicaliser } from "../attributes/index.ts";
import type { Predicted } from "./labels.ts";

/** How far repeated answers for the same garment agree, 0..1; null where no garment was answered twice. */
export interface Consistency {
  overall: number | null;
  fields: Record<FieldName, number | null>;
  /** Garments with at least two answers. */
  garments: number;
}

/**
 * Over all pairs of answers for the same garment, the share of field values that are canonically equal, garments
 * weighing the same: Fleiss' observed agreement (Psychological Bulletin 76, 1971). Pairs, because "all alike" would fall
 * with the number of repeats. A failed answer (null) and a missing key agree with nothing.
 */
export function measureConsistency(
  garments: readonly (readonly Predicted[])[],
  { canonicalise }: Pick<Canonicaliser, "canonicalise">,
): Consistency {
  const repeated = garments.filter((answers) => answers.length >= 2);
  const shareOf = (field: FieldName): number | null => {
    if (repeated.length === 0) return null;
    const sum = repeated.reduce(
      (total, answers) => total + agreement(answers.map((answer) => formOf(field, answer))),
      0,
    );
    return sum / repeated.length;
  };
  const formOf = (field: FieldName, answer: Predicted): string | null | undefined => {
    const value = answer?.[field];
    return value === null || typeof value === "string" ? canonicalise(field, value) : undefined;
  };
  const fields = Object.fromEntries(fieldNames.map((field) => [field, shareOf(field)])) as Consistency["fields"];
  const overall =
    repeated.length === 0 ? null : fieldNames.reduce((sum, field) => sum + (fields[field] ?? 0), 0) / fieldNames.length;
  return { overall, fields, garments: repeated.length };
}

/** Share of the pairs that are equal, from how often each form occurs. */
function agreement(forms: readonly (string | null | undefined)[]): number {
  const counts = new Map<string | null, number>();
  for (const form of forms) if (form !== undefined) counts.set(form, (counts.get(form) ?? 0) + 1);
  const equal = [...counts.values()].reduce((sum, count) => sum + count * (count - 1), 0);
  return equal / (forms.length * (forms.length - 1));
}
