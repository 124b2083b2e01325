import { median, percentile, sum } from "../harness/statistics.ts";
import { add } from "./counters.ts";
import type { Counters } from "./counters.ts";
import type { CaseRun, Round } from "./rounds.ts";
import type { Side, Window } from "./window.ts";

export function windowsOf({ rounds }: Pick<CaseRun, "rounds">, side: Side): Window[] {
  return rounds.flatMap((round) => round[side]);
}

/** The p99 of both of a side's windows together, of one round or of all. */
export function pooledP99(windows: readonly Window[]): number {
  return percentile(
    windows.flatMap(({ latenciesMs }) => latenciesMs),
    0.99,
  );
}

/** On over off, a round. */
export function p99Ratio({ on, off }: Round): number {
  return pooledP99(on) / pooledP99(off);
}

/** Off over off: what the ratio is where nothing differs. */
export function p99Chance({ off: [first, second] }: Round): number {
  return second.p99Ms / first.p99Ms;
}

/** Answers a second, on over off. */
export function rateRatio({ on, off }: Round): number {
  const rate = (windows: readonly Window[]): number => sum(windows.map((each) => each.answersPerSecond));
  return rate(on) / rate(off);
}

/** Something that the gateway counted on one side, per live answer of that side. */
export function perAnswer(windows: readonly Window[], count: (counted: Counters) => number): number {
  return count(add(windows.map(({ counted }) => counted))) / sum(windows.map(({ answers }) => answers));
}

export function medianP99({ rounds }: CaseRun, side: Side): number {
  return median(rounds.map((round) => pooledP99(round[side])));
}
