import { percentile } from "../harness/statistics.ts";
import type { Random } from "../../src/kernel/index.ts";
import type { Client } from "../load/client.ts";
import { runOpenLoop } from "../load/open-loop.ts";
import { countCodes, latencyOf, rateBetween, shareOf } from "../load/sample.ts";
import type { Sample } from "../load/sample.ts";
import { deadlineMs } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { sleep } from "../processes/stage.ts";

export interface OverloadRun {
  /** Offered over capacity. */
  load: number;
  offeredPerSecond: number;
  /** Answers within their deadline, a second. */
  goodputPerSecond: number;
  /** Of those that were let in: answered within the deadline. */
  inDeadlineShare: number;
  /** Of the answers. */
  answeredInTimeShare: number;
  p50Ms: number;
  p99Ms: number;
  shedShare: number;
  retryAfter: RetryAfter;
  codes: Record<string, number>;
  samples: readonly Sample[];
}

/** What became of those who were told when to come back. */
interface RetryAfter {
  /** Of all that were shed, how many were told at all. */
  toldShare: number;
  medianSeconds: number;
  /** Of the last ones that were shed: answered within their deadline when they came back as told. */
  keptShare: number;
}

/** Those who come back: enough for a share, few enough to be no load of their own. */
const maxReturning = 20;

/** Callers who come at `load` times `capacityPerSecond`, whether they are answered or not. */
export async function measureOverload(
  client: Client,
  {
    load,
    capacityPerSecond,
    plan,
    random,
  }: { load: number; capacityPerSecond: number; plan: Plan["overload"]; random: Random },
): Promise<OverloadRun> {
  const offeredPerSecond = load * capacityPerSecond;
  const durationMs = plan.warmMs + plan.windowMs;
  const startedAt = performance.now();
  const samples = await runOpenLoop(client, {
    ratePerSecond: offeredPerSecond,
    durationMs,
    random,
    send: { deadlineMs },
  });
  const from = startedAt + plan.warmMs;
  const to = startedAt + durationMs;
  const retryAfter = await checkRetryAfter(client, samples);

  const inside = samples.filter(({ dueAt }) => dueAt >= from && dueAt < to);
  const isGood = (sample: Sample): boolean => sample.outcome === "answered" && latencyOf(sample) <= deadlineMs;
  const accepted = inside.filter(({ outcome }) => outcome !== "shed");
  const answered = accepted.filter(({ outcome }) => outcome === "answered");
  const latencies = answered.map(latencyOf);
  return {
    load,
    offeredPerSecond,
    goodputPerSecond: rateBetween(samples.filter(isGood), from, to),
    inDeadlineShare: shareOf(accepted, isGood),
    answeredInTimeShare: shareOf(answered, isGood),
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    shedShare: shareOf(inside, ({ outcome }) => outcome === "shed"),
    retryAfter,
    codes: countCodes(inside),
    samples,
  };
}

/**
 * Lets the last that were shed come back when they were told to. The crowd has gone by then, so the only question is whether
 * what the gateway had taken on was worked off in the time that it promised.
 */
async function checkRetryAfter(client: Client, samples: readonly Sample[]): Promise<RetryAfter> {
  const shed = samples.filter(({ outcome }) => outcome === "shed");
  const told = shed.filter(({ retryAfterSeconds }) => retryAfterSeconds !== null);
  const waits = told.map(({ retryAfterSeconds }) => retryAfterSeconds as number);
  const returning = await Promise.all(
    told.slice(-maxReturning).map(async ({ endedAt, retryAfterSeconds }) => {
      const dueAt = endedAt + (retryAfterSeconds as number) * 1000;
      await sleep(Math.max(0, dueAt - performance.now()));
      return client.send({ deadlineMs });
    }),
  );
  return {
    toldShare: shed.length === 0 ? Number.NaN : told.length / shed.length,
    medianSeconds: percentile(waits, 0.5),
    keptShare: shareOf(returning, (sample) => sample.outcome === "answered" && latencyOf(sample) <= deadlineMs),
  };
}
