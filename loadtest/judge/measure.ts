import { percentile } from "../../bench/harness/statistics.ts";
import type { Figures } from "../figures.ts";
import type { Sample } from "../traffic/client.ts";
import type { Outcome } from "../traffic/reply.ts";

export function latencyOf({ dueAt, endedAt }: Sample): number {
  return endedAt - dueAt;
}

export function isAnswered({ outcome }: Sample): boolean {
  return outcome === "answered";
}

/** Answered within its deadline, counted from when it was due. */
export function isGood(sample: Sample): boolean {
  return isAnswered(sample) && latencyOf(sample) <= sample.deadlineMs;
}

/** NaN of none. */
export function shareOf(samples: readonly Sample[], test: (sample: Sample) => boolean): number {
  return samples.length === 0 ? Number.NaN : samples.filter(test).length / samples.length;
}

/** How many had no answer yet at a moment. */
export function outstandingAt(samples: readonly Sample[], at: number): number {
  return samples.filter(({ sentAt, endedAt }) => sentAt <= at && endedAt > at).length;
}

/**
 * Requests a second between two moments, each counted by the part of its stay that lies between them: a handful that cross an
 * edge would else decide about percents.
 */
export function rateBetween(samples: readonly Sample[], from: number, to: number): number {
  let count = 0;
  for (const { sentAt, endedAt } of samples) {
    const inside = Math.min(endedAt, to) - Math.max(sentAt, from);
    if (inside > 0) count += inside / (endedAt - sentAt);
  }
  return (count / (to - from)) * 1000;
}

export function countBy(samples: readonly Sample[], key: (sample: Sample) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const sample of samples) counts[key(sample)] = (counts[key(sample)] ?? 0) + 1;
  return counts;
}

/** The figures that every run has. */
export function measure(samples: readonly Sample[], seconds: number): Figures {
  const isBad = ({ kind }: Sample): boolean => kind.startsWith("bad: ");
  const right = samples.filter((sample) => !isBad(sample));
  const wrong = samples.filter(isBad);
  const answered = right.filter(isAnswered);
  const latencies = answered.map(latencyOf);
  const bulk = answered.filter(({ priority }) => priority === "bulk").map(latencyOf);
  const shareWith = (outcome: Outcome): number => shareOf(samples, (sample) => sample.outcome === outcome);
  const shed = samples.filter(({ outcome }) => outcome === "shed");
  return {
    answeredShare: shareOf(right, isAnswered),
    ...(wrong.length > 0 && { refusedShare: shareOf(wrong, ({ outcome }) => outcome === "refused") }),
    shedShare: shareWith("shed"),
    expiredShare: shareWith("expired"),
    failedShare: shareWith("failed"),
    unsentShare: shareWith("unsent"),
    ...(shed.length > 0 && { toldShare: shareOf(shed, ({ retryAfterSeconds }) => retryAfterSeconds !== null) }),
    p50Ms: percentile(latencies, 0.5),
    p95Ms: percentile(latencies, 0.95),
    p99Ms: percentile(latencies, 0.99),
    ...(bulk.length > 0 && { bulkP95Ms: percentile(bulk, 0.95) }),
    answersPerSecond: answered.length / seconds,
    cleanShare: shareOf(answered, ({ isClean }) => isClean),
    cachedShare: shareOf(answered, ({ cache }) => cache === "hit" || cache === "coalesced"),
  };
}
