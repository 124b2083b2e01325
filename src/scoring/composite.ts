import type { MetricDefinitions } from "../../schemas/index.ts";
import { assertFraction } from "./score-fields.ts";

/** A part of the composite. */
export type CompositePart = keyof MetricDefinitions["composite"];

/** The PeakBench composite; `partial` where a part was missing, `weights` those that were used: they add up to 1. */
export interface Quality {
  value: number;
  partial: boolean;
  weights: Partial<Record<CompositePart, number>>;
}

interface CompositeInput {
  /** Each part in 0..1 but `sbert`, a cosine in -1..1; null where there is none. */
  parts: Readonly<Record<CompositePart, number | null>>;
  /** Probability of a contradiction, 0..1; null where nobody was asked. */
  hallucination: number | null;
  /** Every labelled field is right. */
  isEqual: boolean;
}

/**
 * Σ w·part / Σ w over the parts that are there: a missing part is left out, never taken as 0. A record that equals its
 * label is 1, before the penalty; else a contradiction above the threshold costs its share of the value.
 */
export function composite(
  { parts, hallucination, isEqual }: CompositeInput,
  { composite: wanted, hallucination: rule }: Pick<MetricDefinitions, "composite" | "hallucination">,
): Quality {
  const names = Object.keys(wanted) as CompositePart[];
  const there = names.filter((name) => parts[name] !== null);
  const total = there.reduce((sum, name) => sum + wanted[name], 0);
  const weights: Quality["weights"] = {};
  let value = 0;
  for (const name of there) {
    const weight = total === 0 ? 0 : wanted[name] / total;
    weights[name] = weight;
    value += weight * clamp(parts[name] ?? 0);
  }
  const penalty = hallucination !== null && hallucination > rule.threshold ? rule.penalty : 0;
  return {
    value: assertFraction(isEqual ? 1 : clamp(value * (1 - penalty))),
    partial: there.length < names.length,
    weights,
  };
}

/** Also takes away what rounding adds above 1, and a negative cosine. */
function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
