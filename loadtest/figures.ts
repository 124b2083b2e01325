import type { Unit } from "../bench/harness/bench.ts";

/** Everything that a run may measure: how it is written, and in words what it is. */
export const figures = {
  answeredShare: { unit: "share", label: "answered, of requests that were right" },
  refusedShare: { unit: "share", label: "told the right error code, of wrong uploads" },
  shedShare: { unit: "share", label: "shed (told to come back later)" },
  expiredShare: { unit: "share", label: "let in and not ready by the deadline" },
  failedShare: { unit: "share", label: "failed in another way" },
  unsentShare: { unit: "share", label: "not sent, for want of room in the load generator" },
  toldShare: { unit: "share", label: "told when to come back, of those shed" },
  p50Ms: { unit: "ms", label: "latency of answers, p50" },
  p95Ms: { unit: "ms", label: "latency of answers, p95" },
  p99Ms: { unit: "ms", label: "latency of answers, p99" },
  answersPerSecond: { unit: "per_s", label: "answers a second over the whole run" },
  cleanShare: { unit: "share", label: "answers of which nothing had to be repaired" },
  cachedShare: { unit: "share", label: "answers from the cache, or shared" },
  bulkP95Ms: { unit: "ms", label: "latency of bulk answers, p95" },
  kneePerSecond: { unit: "per_s", label: "knee: the highest rate answered in full" },
  plateauPerSecond: { unit: "per_s", label: "most answers in time at any rate" },
  goodputPerSecond: { unit: "per_s", label: "answers in time at the overload" },
  goodputOverKnee: { unit: "ratio", label: "goodput at the overload, over the knee" },
  recoverySeconds: { unit: "s", label: "from the end of the spike until answers are as before it" },
  struckShare: { unit: "share", label: "injected faults during which the build under fault was asked" },
  afterShare: { unit: "share", label: "answered after the disturbance" },
} as const satisfies Record<string, { unit: Unit; label: string }>;

export type FigureName = keyof typeof figures;
export type Figures = Partial<Record<FigureName, number>>;
