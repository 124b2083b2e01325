/**
 * The chance that a chi-squared variable exceeds `value`. Wilson and Hilferty's cube root (1931): within 0.01 from 2 degrees of
 * freedom on, enough for alarms at a corrected 5 %.
 */
export function chiSquaredTail(value: number, degrees: number): number {
  if (degrees <= 0 || value <= 0) return 1;
  const variance = 2 / (9 * degrees);
  return normalTail(((value / degrees) ** (1 / 3) - (1 - variance)) / Math.sqrt(variance));
}

/** The chance that a standard normal variable exceeds z, within 1.2e-7 of itself (Numerical Recipes, `erfcc`). */
function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const tail = (t / 2) * Math.exp(coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0) - x * x);
  return z >= 0 ? tail : 1 - tail;
}

/** The largest distance between the distributions of two samples, and how likely one as large is if they are the same. */
export interface KolmogorovSmirnov {
  /** 0..1. */
  distance: number;
  pValue: number;
}

/**
 * The two-sample Kolmogorov-Smirnov test, p-value by the limit distribution with Stephens' correction for small samples
 * (Numerical Recipes, `kstwo`). Ties make it cautious. Two samples of which one is empty are the same.
 */
export function kolmogorovSmirnov(first: readonly number[], second: readonly number[]): KolmogorovSmirnov {
  if (first.length === 0 || second.length === 0) return { distance: 0, pValue: 1 };
  const a = Float64Array.from(first).sort();
  const b = Float64Array.from(second).sort();
  let distance = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  const size = Math.sqrt((a.length * b.length) / (a.length + b.length));
  return { distance, pValue: kolmogorovTail((size + 0.12 + 0.11 / size) * distance) };
}

function kolmogorovTail(x: number): number {
  // The alternating series does not settle near 0, where the chance is 1 to all digits anyway.
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k ** 2 * x ** 2);
  return Math.min(1, Math.max(0, sum));
}
