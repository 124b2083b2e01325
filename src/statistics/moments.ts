/**
 * Sums of weighted values in 0..1, enough for a Hájek mean: each row counts 1/inclusion, so that rows that had a small
 * chance to be seen stand for those that were not.
 */
export interface Moments {
  rows: number;
  weights: number;
  squares: number;
  values: number;
}

export function emptyMoments(): Moments {
  return { rows: 0, weights: 0, squares: 0, values: 0 };
}

export function addTo(moments: Moments, value: number, weight: number): void {
  moments.rows += 1;
  moments.weights += weight;
  moments.squares += weight * weight;
  moments.values += weight * value;
}

/** The Hájek mean, sum(y/p) / sum(1/p); null without rows. */
export function meanOf({ weights, values }: Moments): number | null {
  // Sums of floating-point numbers may end a hair above 1.
  return weights === 0 ? null : Math.min(1, Math.max(0, values / weights));
}

/** Kish's effective number of rows, sum(w)^2 / sum(w^2): what unequal weights leave of them. */
export function effectiveRows({ weights, squares }: Moments): number {
  return squares === 0 ? 0 : (weights * weights) / squares;
}

/** The weight of a row that had this chance to be seen; a chance that is none (a defect elsewhere) counts as certain. */
export function weightOf(inclusion: number): number {
  return inclusion > 0 && inclusion <= 1 ? 1 / inclusion : 1;
}
