import { percentile } from "../harness/statistics.ts";
import { startClosedLoop } from "../load/closed-loop.ts";
import type { SendOptions } from "../load/client.ts";
import { latencyOf, rateBetween } from "../load/sample.ts";
import type { Sample } from "../load/sample.ts";
import type { BuildId, Builds } from "./builds.ts";
import { builds, callersPerSlot, slots } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { sleep } from "../processes/stage.ts";

/** Who gets the load: one build alone, the fleet by the gateway's own choice, or the fleet in turn. */
export const sides = [...builds.map(({ id }) => id), "fleet", "round-robin"] as const;
export type Side = (typeof sides)[number];

export interface CapacityRun {
  side: Side;
  answersPerSecond: number;
  p99Ms: number;
  samples: readonly Sample[];
}

/** Saturates a side with callers who wait for their answers, and counts those. */
export async function measureCapacity(fleet: Builds, side: Side, plan: Plan["capacity"]): Promise<CapacityRun> {
  const isAlone = side !== "fleet" && side !== "round-robin";
  const callers = slots * callersPerSlot * (isAlone ? 1 : builds.length);
  const loop = startClosedLoop(fleet.client, callers, nextFor(side));
  await sleep(plan.warmMs);
  const from = performance.now();
  await sleep(plan.windowMs);
  const to = performance.now();
  await loop.stop();
  const answered = loop.samples.filter(({ outcome }) => outcome === "answered");
  const inside = answered.filter(({ endedAt }) => endedAt >= from && endedAt < to);
  return {
    side,
    answersPerSecond: rateBetween(answered, from, to),
    p99Ms: percentile(inside.map(latencyOf), 0.99),
    samples: loop.samples,
  };
}

/** Round-robin is no policy of the gateway's: the caller pins each request to the next backend. */
function nextFor(side: Side): () => SendOptions {
  if (side === "fleet") return () => ({});
  if (side !== "round-robin") return () => ({ model: side satisfies BuildId });
  let turn = 0;
  return () => {
    turn += 1;
    return { model: (builds[turn % builds.length] as (typeof builds)[number]).id };
  };
}
