import { fieldWeights, totalWeight } from "../../../src/attributes/index.ts";
import type { Random } from "../../../src/kernel/index.ts";
import type { ComparisonFacts, DecisionRules, Pair } from "../../../src/statistics/index.ts";
import { fieldNames } from "../../../schemas/index.ts";
import type { FieldName } from "../../../schemas/index.ts";

/** How often the candidate loses, and wins, a garment that the baseline has, or has not. */
export interface Flips {
  lose: number;
  win: number;
}

export function aRule(more: Partial<DecisionRules> = {}): DecisionRules {
  return {
    alpha: 0.05,
    margins: { weighted: 0.01, type: 0.01, defect_type: 0.02, brand: 0.02, size: 0.02 },
    min_pairs: 50,
    min_valued: {},
    max_pairs: 20000,
    max_days: 30,
    ...more,
  };
}

export function facts(more: Partial<ComparisonFacts> = {}): ComparisonFacts {
  return { days: 1, invalidReasons: [], failingSlices: [], driftAlarms: [], ...more };
}

/** A pair from its marks; the weighted scores follow from them. */
export function aPair(baseline = "111111111", candidate = baseline, truths = "vvvvvvvvv"): Pair {
  return {
    baseline: { weighted: weightedOf(baseline, truths), marks: baseline, isClean: true },
    candidate: { weighted: weightedOf(candidate, truths), marks: candidate, isClean: true },
    truths,
  };
}

export function pairsOf(count: number, baseline?: string, candidate?: string, truths?: string): Pair[] {
  return Array.from({ length: count }, () => aPair(baseline, candidate, truths));
}

/** A garment that the baseline gets right and on which each field flips on its own. */
export function drawnPair(random: Random, flips: (field: FieldName) => Flips): Pair {
  let baseline = "";
  let candidate = "";
  for (const field of fieldNames) {
    const { lose, win } = flips(field);
    const u = random();
    const isWon = u >= lose && u < lose + win;
    baseline += isWon ? "0" : "1";
    candidate += u < lose ? "0" : "1";
  }
  return aPair(baseline, candidate);
}

/** One difference of a field, -1, 0 or 1. */
export function drawnFlip(random: Random, { lose, win }: Flips): number {
  const u = random();
  if (u < lose) return -1;
  return u < lose + win ? 1 : 0;
}

function weightedOf(marks: string, truths: string): number {
  let sum = 0;
  let weight = 0;
  fieldNames.forEach((field, at) => {
    if (truths[at] === "-") return;
    weight += fieldWeights[field];
    if (marks[at] === "1") sum += fieldWeights[field];
  });
  return weight === 0 ? 0 : sum / (truths.includes("-") ? weight : totalWeight);
}
