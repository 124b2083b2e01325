import type { Random } from "../../src/kernel/index.ts";

/** A stretch of time in which the rate goes in a straight line from one figure to another. */
export interface Stretch {
  seconds: number;
  /** Requests a second at its beginning. */
  from: number;
  /** And at its end; the same where left out. */
  to?: number;
}

/**
 * Moments at which requests are due, in milliseconds from the start. With `random` they come as independent callers do
 * (a Poisson process), without it evenly, which is the sharper tool where a rate itself is measured.
 */
export function drawArrivals(stretches: readonly Stretch[], random: Random | null): number[] {
  const arrivals: number[] = [];
  let begun = 0;
  // Expected requests until the next one is due: the same share of a gap whatever the rate becomes meanwhile.
  let left = nextGap(random);
  const step = 0.01;
  for (const { seconds, from, to = from } of stretches) {
    for (let at = 0; at < seconds; at += step) {
      const width = Math.min(step, seconds - at);
      const rate = from + ((to - from) * (at + width / 2)) / seconds;
      let expected = rate * width;
      let inside = 0;
      while (left <= expected) {
        inside += left / rate;
        arrivals.push((begun + at + inside) * 1000);
        expected -= left;
        left = nextGap(random);
      }
      left -= expected;
    }
    begun += seconds;
  }
  return arrivals;
}

function nextGap(random: Random | null): number {
  return random === null ? 1 : -Math.log(1 - random());
}
