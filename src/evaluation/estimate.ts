import { effectiveRows, meanOf, wilson } from "../statistics/index.ts";
import type { Moments } from "../statistics/index.ts";

/** Fewer garments than this are shown as too few to rely on. */
export const enoughSamples = 30;

export interface Estimate {
  mean: number | null;
  low: number | null;
  high: number | null;
}

/** A Hájek mean with its 95 % Wilson interval over the effective number of rows; nulls without rows. */
export function estimateOf(moments: Moments): Estimate {
  const mean = meanOf(moments);
  if (mean === null) return { mean, low: null, high: null };
  const { low, high } = wilson(mean, effectiveRows(moments));
  return { mean, low, high };
}
