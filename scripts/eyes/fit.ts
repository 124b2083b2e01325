import { scoreOf, softmax } from "../../src/simulator/eyes/classifier.ts";

/** Rows of features, each with the index of its label and how much it counts. */
export interface Examples {
  rows: Float64Array[];
  labels: number[];
  counts: number[];
}

/**
 * Softmax regression by accelerated gradient descent with a fixed number of steps, so that the same examples always give the
 * same weights.
 *
 * @param prior weights that the penalty pulls to, a row a label: features, then bias
 * @param penalty strength of that pull on every weight but the bias
 */
export function fitSoftmax(
  { rows, labels, counts }: Examples,
  prior: Float64Array[],
  penalty: number,
  steps = 120,
): Float64Array[] {
  const width = rows[0]!.length;
  // Upper bound of the curvature of standardised features that are correlated about as ours are.
  const rate = 1 / (0.25 * (0.35 * width + 1) + penalty);
  let current = prior.map((row) => row.slice());
  let ahead = prior.map((row) => row.slice());
  let momentum = 1;
  for (let step = 0; step < steps; step++) {
    const gradient = gradientOf({ rows, labels, counts }, ahead);
    const next = ahead.map((row, k) =>
      row.map((weight, i) => {
        const pull = i < width ? penalty * (weight - prior[k]![i]!) : 0;
        return weight - rate * (gradient[k]![i]! + pull);
      }),
    );
    const nextMomentum = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const push = (momentum - 1) / nextMomentum;
    const previous = current;
    ahead = next.map((row, k) => row.map((weight, i) => weight + push * (weight - previous[k]![i]!)));
    current = next;
    momentum = nextMomentum;
  }
  return current;
}

function gradientOf({ rows, labels, counts }: Examples, weights: Float64Array[]): Float64Array[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const gradient = weights.map((row) => new Float64Array(row.length));
  for (const [n, row] of rows.entries()) {
    const chances = softmax(weights.map((own) => scoreOf(own, row)));
    for (const [k, chance] of chances.entries()) {
      const error = ((chance - (labels[n] === k ? 1 : 0)) * counts[n]!) / total;
      const target = gradient[k]!;
      for (let i = 0; i < row.length; i++) target[i]! += error * row[i]!;
      target[row.length]! += error;
    }
  }
  return gradient;
}
