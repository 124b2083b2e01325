/** The 97.5 % point of the standard normal distribution: two-sided 95 %. */
const z = 1.959963984540054;

/** An interval, each end within 0..1. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * Wilson's 95 % interval of a share. Descriptive: it holds for one look at a fixed number of samples and decides nothing.
 * For a mean of scores within 0..1 it is on the wide side: no score varies more than a share does.
 * Source: Wilson (1927).
 *
 * @param mean 0..1
 * @param samples how many count, which may be a fraction: Kish's effective size where samples weigh differently; 0 gives 0..1
 */
export function wilson(mean: number, samples: number): Interval {
  if (samples <= 0) return { low: 0, high: 1 };
  const spread = z ** 2 / samples;
  const centre = (mean + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((mean * (1 - mean)) / samples + spread / (4 * samples));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
