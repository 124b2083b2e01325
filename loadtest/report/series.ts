import { percentile } from "../../bench/harness/statistics.ts";
import { isAnswered, latencyOf, outstandingAt } from "../judge/measure.ts";
import type { Run } from "../run.ts";
import type { Sample } from "../traffic/client.ts";

/** A stretch of a run's time. */
export interface Bin {
  /** Of its middle, seconds from the first request. */
  second: number;
  offeredPerSecond: number;
  answeredPerSecond: number;
  shedPerSecond: number;
  /** Expired, failed and unsent together. */
  lostPerSecond: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  /** Requests without an answer yet at its end. */
  outstanding: number;
  /** Errors that ended in it, by code. */
  codes: Record<string, number>;
}

const wantedBins = 90;
/** Round widths, so that a figure a second can be read off. */
const widths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

/** Cuts a run into equal stretches, a second each at least. Offered counts when a request was due, all else when it ended. */
export function cutIntoBins({ samples, origin, phases }: Run): Bin[] {
  const end = Math.max(phases.at(-1)?.endedAt ?? origin, ...samples.map(({ endedAt }) => endedAt));
  const seconds = (end - origin) / 1000;
  const width = widths.find((each) => seconds / each <= wantedBins) ?? 1800;
  // The last stretch takes the rest as well: a sliver of its own would show rates of nothing.
  const count = Math.max(1, Math.floor(seconds / width));
  const widthOf = (at: number): number => (at === count - 1 ? Math.max(1, seconds - at * width) : width);
  const due: number[] = Array.from({ length: count }, () => 0);
  const ended: Sample[][] = Array.from({ length: count }, () => []);
  const binOf = (at: number): number => Math.min(count - 1, Math.max(0, Math.floor((at - origin) / 1000 / width)));
  for (const sample of samples) {
    due[binOf(sample.dueAt)] = (due[binOf(sample.dueAt)] as number) + 1;
    ended[binOf(sample.endedAt)]?.push(sample);
  }
  return ended.map((inside, at) => {
    const rateOf = (...outcomes: string[]): number =>
      inside.filter(({ outcome }) => outcomes.includes(outcome)).length / widthOf(at);
    const latencies = inside.filter(isAnswered).map(latencyOf);
    const quantile = (share: number): number | null => (latencies.length === 0 ? null : percentile(latencies, share));
    const codes: Record<string, number> = {};
    for (const { code } of inside) if (code !== "") codes[code] = (codes[code] ?? 0) + 1;
    return {
      second: at * width + widthOf(at) / 2,
      offeredPerSecond: (due[at] as number) / widthOf(at),
      answeredPerSecond: rateOf("answered", "refused"),
      shedPerSecond: rateOf("shed"),
      lostPerSecond: rateOf("expired", "failed", "unsent"),
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      p99Ms: quantile(0.99),
      outstanding: outstandingAt(samples, origin + (at * width + widthOf(at)) * 1000),
      codes,
    };
  });
}
