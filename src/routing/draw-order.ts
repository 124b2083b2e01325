import type { Random } from "../kernel/index.ts";

/**
 * A key that puts candidates in the order of draws without replacement, each draw with chances in proportion to the
 * weights: the smallest of exponential variables with these rates (Efraimidis and Spirakis, 2006,
 * https://doi.org/10.1016/j.ipl.2005.11.003).
 */
export function drawOrder(weight: number, random: Random): number {
  return -Math.log(1 - random()) / weight;
}
