import { seededRandom } from "../../src/kernel/index.ts";
import { percentile } from "../harness/statistics.ts";
import { runOpenLoop } from "../load/open-loop.ts";
import type { Photos } from "../load/photos.ts";
import { latencyOf, rateBetween } from "../load/sample.ts";
import type { Sample } from "../load/sample.ts";
import { readTotal } from "../processes/metrics.ts";
import type { Stage } from "../processes/stage.ts";
import { readCounters, subtract } from "./counters.ts";
import type { Counters } from "./counters.ts";
import type { Case, Plan } from "./plan.ts";
import type { Switch } from "./switch.ts";

export type Side = "off" | "on";

/** One stretch of load with the mirror on or off. */
export interface Window {
  side: Side;
  answersPerSecond: number;
  p99Ms: number;
  /** Of answers to requests that were due in the counted part. */
  latenciesMs: number[];
  /** Answers in the whole window, its first part included: what the counters are divided by. */
  answers: number;
  /**
   * What the gateway counted: to the end of what it still mirrored, where everything is; else, because the rest would run
   * without callers, to the end of the load.
   */
  counted: Counters;
  /** What still waited to be mirrored when it was left alone. */
  left: number;
  loopDelayP99Ms: number;
  samples: readonly Sample[];
}

export interface WindowParts {
  stage: Stage;
  mirror: Switch;
  photos: Photos;
  one: Case;
  plan: Plan;
  ratePerSecond: number;
}

/** Lets callers come at a fixed rate; the same seed is the same arrivals and the same garments. */
export async function measureWindow(side: Side, seed: number, parts: WindowParts): Promise<Window> {
  const { stage, mirror, photos, one, plan, ratePerSecond } = parts;
  await mirror.turn(side === "on");
  photos.rewind();
  const before = readCounters(await stage.metrics());
  const durationMs = plan.warmMs + plan.windowMs[one.name];
  const startedAt = performance.now();
  const samples = await runOpenLoop(stage.client, { ratePerSecond, durationMs, random: seededRandom(seed), send: {} });
  const page = await stage.metrics();
  const left = side === "on" && !one.isCardShared ? await mirror.untilEmpty() : 0;
  const counted = one.isCardShared ? page : await quietPage(stage, mirror);
  // What is under way is let end, so that it does not run into the next window.
  await mirror.turn(false);
  await mirror.untilQuiet();

  const from = startedAt + plan.warmMs;
  const to = startedAt + durationMs;
  const answered = samples.filter(({ outcome }) => outcome === "answered");
  const latenciesMs = answered.filter(({ dueAt }) => dueAt >= from).map(latencyOf);
  return {
    side,
    answersPerSecond: rateBetween(answered, from, to),
    p99Ms: percentile(latenciesMs, 0.99),
    latenciesMs,
    answers: answered.length,
    counted: subtract(readCounters(counted), before),
    left,
    loopDelayP99Ms: readTotal(page, "nodejs_eventloop_lag_p99_seconds") * 1000,
    samples,
  };
}

async function quietPage(stage: Stage, mirror: Switch): Promise<string> {
  await mirror.untilQuiet();
  return stage.metrics();
}
