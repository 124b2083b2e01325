import type { FeatureGroup } from "./features.ts";

/** A softmax classifier over standardised features of some groups. */
export interface Classifier {
  labels: string[];
  inputs: FeatureGroup[];
  /** One row a label: a weight for every input feature, then the bias. */
  weights: number[][];
}

/** Mean and scale of every feature of a group. */
export interface Standard {
  mean: number[];
  scale: number[];
}

/** Further out than this (in scales) a feature says no more; one odd value must not decide. */
const reach = 3;

/** Features against their usual range; `step` rounds them to multiples of it (0: not at all). */
export function standardise(features: readonly number[], { mean, scale }: Standard, step = 0): number[] {
  return features.map((feature, i) => {
    const value = Math.max(-reach, Math.min(reach, (feature - mean[i]!) / scale[i]!));
    return step > 0 ? Math.round(value / step) * step : value;
  });
}

/** Probability of every label. */
export function classify(
  { labels, inputs, weights }: Classifier,
  standardised: Record<FeatureGroup, readonly number[]>,
): Map<string, number> {
  const features = inputs.flatMap((group) => standardised[group]);
  return new Map(softmax(weights.map((row) => scoreOf(row, features))).map((p, i) => [labels[i]!, p]));
}

export function scoreOf(row: ArrayLike<number>, features: ArrayLike<number>): number {
  let score = row[features.length]!;
  for (let i = 0; i < features.length; i++) score += row[i]! * features[i]!;
  return score;
}

export function softmax(scores: number[]): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
