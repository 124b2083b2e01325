/**
 * The e-BH procedure: which hypotheses fall at level alpha, as indexes. The k largest e-values fall where the k-th is at least
 * count/(k alpha). Valid for every dependence between them and at every stopping time; where all hypotheses are true, the
 * chance that any ever falls is at most alpha. Source: Wang and Ramdas, "False discovery rate control with e-values"
 * (JRSS-B 2022).
 */
export function fallenByEValues(values: readonly number[], alpha: number): readonly number[] {
  const order = values.map((_, at) => at).sort((a, b) => (values[b] as number) - (values[a] as number));
  for (let k = order.length; k > 0; k--) {
    if ((values[order[k - 1] as number] as number) >= values.length / (k * alpha)) return order.slice(0, k);
  }
  return [];
}

/**
 * Holm's step-down procedure: p-values adjusted so that those of at most alpha may be rejected together, with a chance of
 * at most alpha of any wrong one, for every dependence. Source: Holm (1979).
 */
export function holm(values: readonly number[]): readonly number[] {
  const order = values.map((_, at) => at).sort((a, b) => (values[a] as number) - (values[b] as number));
  const adjusted = Array.from(values, () => 1);
  let largest = 0;
  order.forEach((at, rank) => {
    largest = Math.max(largest, Math.min(1, (values[at] as number) * (values.length - rank)));
    adjusted[at] = largest;
  });
  return adjusted;
}
