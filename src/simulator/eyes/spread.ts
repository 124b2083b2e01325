import { logOf } from "./plane.ts";
import type { Plane } from "./plane.ts";

const side = 6;

/** How unevenly colour and detail are spread over a coarse grid: a colour block and a chest print are, a weave is not. */
export function describeSpread(planes: readonly Plane[], inner: Int32Array): number[] {
  return planes.flatMap((plane) => {
    const { means, deviations } = measureCells(plane, inner);
    return [logOf(deviation(means)), logOf(mean(deviations)), logOf(deviation(deviations))];
  });
}

function measureCells({ values, width, height }: Plane, inner: Int32Array): { means: number[]; deviations: number[] } {
  const sums = new Float64Array(side * side);
  const squares = new Float64Array(side * side);
  const counts = new Float64Array(side * side);
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor((x * side) / width));
  for (const at of inner) {
    const y = Math.floor(at / width);
    const cell = Math.floor((y * side) / height) * side + columns[at - y * width]!;
    const value = values[at]!;
    sums[cell]! += value;
    squares[cell]! += value * value;
    counts[cell]!++;
  }
  const means: number[] = [];
  const deviations: number[] = [];
  for (const [cell, count] of counts.entries()) {
    if (count < inner.length / 200 || count === 0) continue;
    const average = sums[cell]! / count;
    means.push(average);
    deviations.push(Math.sqrt(Math.max(0, squares[cell]! / count - average * average)));
  }
  return { means, deviations };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function deviation(values: readonly number[]): number {
  const average = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - average) ** 2)));
}
