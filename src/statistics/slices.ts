import { createCapital } from "./capital.ts";
import { createEvidence } from "./evidence.ts";
import { fallenByEValues } from "./multiplicity.ts";

/** A part of the pairs, by metadata, label or source. */
export interface Slice {
  /** Such as `type:dress`. */
  name: string;
  /** Weighted score of the candidate minus that of the baseline, in order of completion. */
  differences: readonly number[];
}

/** A slice with fewer pairs is too small to hold anything back. */
const fewestPairs = 30;

/**
 * The slices in which the candidate loses more than the margin, each as a phrase. E-values against "no more than the margin",
 * corrected by e-BH over all slices of at least 30 pairs. Slices must be named before the pairs are looked at.
 */
export function failingSlices(
  slices: readonly Slice[],
  { alpha, margin }: { alpha: number; margin: number },
): readonly string[] {
  const large = slices.filter(({ differences }) => differences.length >= fewestPairs);
  const values = large.map(({ differences }) => {
    const capital = createCapital(margin, 1 / alpha);
    for (const difference of differences) capital.push(0 - difference);
    return capital.value;
  });
  return fallenByEValues(values, alpha).map((at) => describe(large[at] as Slice, alpha, margin));
}

function describe({ name, differences }: Slice, alpha: number, margin: number): string {
  const evidence = createEvidence({ alpha, margin });
  for (const difference of differences) evidence.push(difference);
  const { high, pairs } = evidence;
  return `${name}: loses at least ${(-high).toFixed(3)} over ${pairs} pairs, and ${margin} is allowed`;
}
