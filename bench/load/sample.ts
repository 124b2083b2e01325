/**
 * - `answered`: 200
 * - `shed`: told to come back later (429, or 503 with `overloaded`)
 * - `expired`: let in, and not ready by its deadline
 * - `failed`: anything else, a broken connection included
 */
export type Outcome = "answered" | "shed" | "expired" | "failed";

/** What became of one request; times in milliseconds of one monotonic clock. */
export interface Sample {
  /** When it was due. Where the generator or the gateway was late, that is part of its latency. */
  dueAt: number;
  sentAt: number;
  endedAt: number;
  outcome: Outcome;
  /** The problem's code, or the connection's error; empty where it was answered. */
  code: string;
  /** Who answered; empty where nobody did. */
  backend: string;
  retryAfterSeconds: number | null;
}

export function latencyOf({ dueAt, endedAt }: Sample): number {
  return endedAt - dueAt;
}

/**
 * Requests a second between two moments, each counted by the part of its stay that lies between them: a handful that cross
 * an edge would else decide about percents.
 */
export function rateBetween(samples: readonly Sample[], from: number, to: number): number {
  let count = 0;
  for (const { sentAt, endedAt } of samples) {
    const inside = Math.min(endedAt, to) - Math.max(sentAt, from);
    if (inside > 0) count += inside / (endedAt - sentAt);
  }
  return (count / (to - from)) * 1000;
}

/** Requests that ended between two moments, a second. */
export function completionsBetween(samples: readonly Sample[], from: number, to: number): number {
  const count = samples.filter(({ endedAt }) => endedAt >= from && endedAt < to).length;
  return (count / (to - from)) * 1000;
}

/**
 * Seconds from `from` until completions over the next `windowMs` come at `needed` a second for the first time; Infinity
 * where they do not before `to`.
 */
export function secondsUntilRate(
  samples: readonly Sample[],
  { from, to, windowMs, needed }: { from: number; to: number; windowMs: number; needed: number },
): number {
  const stepMs = 50;
  for (let at = from; at + windowMs <= to; at += stepMs) {
    if (completionsBetween(samples, at, at + windowMs) >= needed) return (at - from) / 1000;
  }
  return Number.POSITIVE_INFINITY;
}

export function shareOf(samples: readonly Sample[], test: (sample: Sample) => boolean): number {
  return samples.length === 0 ? Number.NaN : samples.filter(test).length / samples.length;
}

/** How many samples there are of each code that is not empty. */
export function countCodes(samples: readonly Sample[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of samples) if (code !== "") counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

/** A sample as the JSON file keeps it: due, sent, ended (ms after `origin`), outcome, code, backend, Retry-After. */
export function compact(samples: readonly Sample[], origin: number): unknown[] {
  const ms = (at: number): number => Math.round(at - origin);
  return samples.map(({ dueAt, sentAt, endedAt, outcome, code, backend, retryAfterSeconds }) => [
    ms(dueAt),
    ms(sentAt),
    ms(endedAt),
    outcome,
    code,
    backend,
    retryAfterSeconds,
  ]);
}
