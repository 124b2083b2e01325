/** Counts of whole milliseconds: exact quantiles in memory that does not grow with the rows. */
export interface Durations {
  add(ms: number): void;
  readonly count: number;
  /** The smallest duration that at least this share of all does not exceed; null where nothing was counted. */
  quantile(share: number): number | null;
}

/** More than the longest deadline. */
const longestMs = 600_000;

export function createDurations(): Durations {
  const counts = new Map<number, number>();
  let total = 0;
  return {
    add(ms) {
      const key = Math.min(longestMs, Math.max(0, Math.round(ms)));
      counts.set(key, (counts.get(key) ?? 0) + 1);
      total += 1;
    },
    get count() {
      return total;
    },
    quantile(share) {
      if (total === 0) return null;
      const rank = Math.max(1, Math.ceil(share * total));
      let seen = 0;
      for (const [ms, count] of [...counts].sort((a, b) => a[0] - b[0])) {
        seen += count;
        if (seen >= rank) return ms;
      }
      return null;
    },
  };
}
