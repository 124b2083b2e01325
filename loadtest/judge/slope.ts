/** A straight line through a series, and how sure its slope is. */
export interface Slope {
  /** Units a minute. */
  perMinute: number;
  /** Of the 95 % interval, units a minute. */
  low: number;
  high: number;
  /** Minute at which the series begins, and the line's value there. */
  from: number;
  start: number;
  batches: number;
}

type Point = readonly [minute: number, value: number];

/** Fewer would say nothing; more would be too short to be independent of each other. */
const batchCount = 12;

/**
 * The slope of a series by least squares. Readings a second apart are not independent, and an interval that took them for
 * that would be far too narrow: so the series is cut into 12 batches, each stands for one point (`reduce`: its mean, or its
 * least value for a saw-tooth), and the interval is Student's with 10 degrees of freedom. Null: too few readings.
 */
export function fitSlope(series: readonly Point[], reduce: "mean" | "least" = "mean"): Slope | null {
  const first = series[0];
  const last = series.at(-1);
  if (first === undefined || last === undefined || series.length < 3 * batchCount) return null;
  const width = (last[0] - first[0]) / batchCount;
  const points = Array.from({ length: batchCount }, (_, at): Point | null => {
    const from = first[0] + at * width;
    const isLast = at === batchCount - 1;
    const inside = series.filter(([minute]) => minute >= from && (isLast || minute < from + width));
    if (inside.length === 0) return null;
    if (reduce === "least") return inside.reduce((least, point) => (point[1] < least[1] ? point : least));
    return [mean(inside.map(([minute]) => minute)), mean(inside.map(([, value]) => value))];
  }).filter((point) => point !== null);
  if (points.length < batchCount / 2) return null;

  const x = mean(points.map(([minute]) => minute));
  const y = mean(points.map(([, value]) => value));
  const spread = points.reduce((sum, [minute]) => sum + (minute - x) ** 2, 0);
  const perMinute = points.reduce((sum, [minute, value]) => sum + (minute - x) * (value - y), 0) / spread;
  const degrees = points.length - 2;
  const rest = points.reduce((sum, [minute, value]) => sum + (value - y - perMinute * (minute - x)) ** 2, 0);
  const half = studentQuantile(degrees) * Math.sqrt(rest / degrees / spread);
  const start = y + perMinute * (first[0] - x);
  return {
    perMinute,
    low: perMinute - half,
    high: perMinute + half,
    from: first[0],
    start,
    batches: points.length,
  };
}

/** Student's 97.5 % quantile by its expansion around the normal one (Abramowitz and Stegun 26.7.5). */
function studentQuantile(degrees: number): number {
  const z = 1.959963985;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
