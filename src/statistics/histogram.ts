/** Bins per unit: differences of fully labelled garments are multiples of 1/25 and fall onto it exactly. */
const perUnit = 200;

/** Differences closer than this to a lattice point (in bins) lie on it: subtraction leaves such crumbs. */
const crumb = 1e-9;

/**
 * Differences counted on a lattice of 401 points. One between two points is shared out to both so that its mean stays. The
 * logarithm is concave: the log capital of the shared parts is never larger than the true one, and a bound computed from
 * them is never too narrow.
 */
export interface Histogram {
  push(difference: number): void;
  /** Calls back for every value that was seen, with its (fractional) count. */
  forEach(visit: (value: number, count: number) => void): void;
}

/** Creates an empty histogram of differences in -1..1. */
export function createHistogram(): Histogram {
  const counts = new Float64Array(2 * perUnit + 1);
  const seen: number[] = [];

  const add = (bin: number, count: number) => {
    if (counts[bin] === 0) seen.push(bin);
    counts[bin] = (counts[bin] as number) + count;
  };

  return {
    push(difference) {
      const place = (1 + difference) * perUnit;
      const bin = Math.floor(place + crumb);
      const above = place - bin;
      if (above <= crumb) add(bin, 1);
      else {
        add(bin, 1 - above);
        add(bin + 1, above);
      }
    },
    forEach(visit) {
      for (const bin of seen) visit(bin / perUnit - 1, counts[bin] as number);
    },
  };
}
