import { fieldWeights, totalWeight } from "../attributes/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import { wilson } from "./wilson.ts";

/** How often two arms answer a field differently, 0..1; null without pairs. */
export interface Disagreement {
  pairs: number;
  rate: number | null;
  /**
   * No label is needed to know that the arms' accuracies differ by no more than this: where both say the same, both are right or
   * both are wrong. The upper end of the rate's 95 % interval; 1 without pairs.
   */
  largestGap: number;
}

/** The disagreement of two arms over `pairs` garments, `differing` of which they answer differently. */
export function disagreement(differing: number, pairs: number): Disagreement {
  if (pairs === 0) return { pairs, rate: null, largestGap: 1 };
  const rate = differing / pairs;
  return { pairs, rate, largestGap: wilson(rate, pairs).high };
}

/** What is known of one field of a garment before anybody has labelled it. */
export interface FieldSignal {
  /** Whether the arms answer differently; null where only one has answered. */
  differs: boolean | null;
  /** The lowest confidence of the arms that answered, 0..1; null where none is known. */
  confidence: number | null;
}

/** An only answer might be contradicted: it counts as half a disagreement, so that doubt alone can ask for a label. */
const unknownDifference = 0.5;

/** Two arms that are both sure and still differ are worth a look: doubt never falls below this. */
const leastDoubt = 0.05;

/**
 * How much a label for a garment would tell, 0..1: the sum over the fields of disagreement x weight x doubt, as a share of all
 * weights. Doubt is 1 - confidence; a field without a known confidence is in full doubt.
 */
export function reviewScore(signals: Readonly<Partial<Record<FieldName, FieldSignal>>>): number {
  let sum = 0;
  for (const field of fieldNames) {
    const signal = signals[field];
    if (signal === undefined) continue;
    const difference = signal.differs === null ? unknownDifference : Number(signal.differs);
    const doubt = Math.max(leastDoubt, 1 - (signal.confidence ?? 0));
    sum += difference * fieldWeights[field] * doubt;
  }
  return sum / totalWeight;
}
