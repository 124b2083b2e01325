/**
 * Where a request goes when its tier has no usable backend. A more careful tier first: it takes longer, which the
 * deadline bounds, but gives no worse an answer; a less careful one only when nothing better is left.
 */
const fallbacks = {
  fast: ["balanced", "accurate"],
  balanced: ["accurate", "fast"],
  accurate: ["balanced", "fast"],
} as const;

export type Tier = keyof typeof fallbacks;

export interface TierSelection<C> {
  /** The candidates of the tier that serves; empty where no tier has any. */
  candidates: C[];
  tier: Tier;
  /** For the answer: the tier that serves where it is not the one that was asked for, else null. */
  degraded: { tier: Tier } | null;
}

/** Narrows usable candidates to a tier, or to the next one that has any. */
export function selectTier<C extends { readonly tiers: readonly Tier[] }>(
  candidates: readonly C[],
  asked: Tier,
): TierSelection<C> {
  for (const tier of [asked, ...fallbacks[asked]]) {
    const fitting = candidates.filter((candidate) => candidate.tiers.includes(tier));
    if (fitting.length > 0) return { candidates: fitting, tier, degraded: tier === asked ? null : { tier } };
  }
  return { candidates: [], tier: asked, degraded: null };
}
