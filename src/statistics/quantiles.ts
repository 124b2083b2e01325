/** The usual three; null without values. */
export interface Quantiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/**
 * Quantiles by nearest rank: the smallest value that at least that share of all values does not exceed. Always a value that
 * was seen; p99 of fewer than 100 values is the largest.
 */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
