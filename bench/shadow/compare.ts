import { median, percentile, sum } from "../harness/statistics.ts";
import { add } from "./counters.ts";
import type { Counters } from "./counters.ts";
import type { CaseRun, Round } from "./rounds.ts";
import type { Side, Window } from "./window.ts";

export function windowsOf({ rounds }: Pick<CaseRun, "rounds">, side: Side): Window[] {
  return rounds.flatMap((round) => round[side]);
}

/** The latency that a share of the answers of all these windows together does not exceed. */
export function pooled(windows: readonly Window[], share: number): number {
  return percentile(
    windows.flatMap(({ latenciesMs }) => latenciesMs),
    share,
  );
}

/** On over off, a round. */
export function latencyRatio({ on, off }: Round, share: number): number {
  return pooled(on, share) / pooled(off, share);
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

/** The middle of the rounds' latencies. */
export function medianLatency({ rounds }: CaseRun, side: Side, share: number): number {
  return median(rounds.map((round) => pooled(round[side], share)));
}
