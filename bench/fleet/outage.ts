import { startClosedLoop } from "../load/closed-loop.ts";
import { completionsBetween, countCodes, secondsUntilRate, shareOf } from "../load/sample.ts";
import type { Sample } from "../load/sample.ts";
import type { BuildId, Builds } from "./builds.ts";
import { builds, callersPerSlot, slots } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { sleep } from "../processes/stage.ts";

/** The fastest: the hardest to do without. */
export const victim: BuildId = "fast";

export interface OutageRun {
  startedAt: number;
  killedAt: number;
  /** When it listened again. */
  returnedAt: number;
  endedAt: number;
  beforePerSecond: number;
  /** From the kill until the others gave 0.95 of what they can. */
  secondsToRemaining: number;
  /** From its return until the fleet gave 0.95 of what it gave before. */
  secondsToFull: number;
  /** From `allowedMs.remaining` after the kill until its return, and from `allowedMs.full` after that until the end. */
  remainingHeldPerSecond: number;
  fullHeldPerSecond: number;
  /** Of all requests that ended after the kill. */
  errorShare: number;
  codes: Record<string, number>;
  samples: readonly Sample[];
}

/** Completions are counted over so much time: shorter, chance decides; longer, the answer comes too late. */
const windowMs = 2000;
export const enough = 0.95;
/** By when the rates must be there. One good window may be luck: whether they hold from then on is measured as well. */
const allowedMs = { remaining: 3000, full: 5000 };

/** Kills a build under full load, as a crash does, and starts it again. `remainingPerSecond`: what the others gave alone. */
export async function measureOutage(
  fleet: Builds,
  remainingPerSecond: number,
  plan: Plan["outage"],
): Promise<OutageRun> {
  const loop = startClosedLoop(fleet.client, slots * callersPerSlot * builds.length, () => ({}));
  const startedAt = performance.now();
  await sleep(plan.beforeMs);
  const killedAt = performance.now();
  await fleet.simulator(victim).kill();
  await sleep(plan.downMs);
  await fleet.restart(victim);
  const returnedAt = performance.now();
  await sleep(plan.afterMs);
  const endedAt = performance.now();
  await loop.stop();

  const { samples } = loop;
  const answered = samples.filter(({ outcome }) => outcome === "answered");
  // The first part of the time before is for filling up.
  const beforePerSecond = completionsBetween(answered, startedAt + (killedAt - startedAt) / 3, killedAt);
  const after = samples.filter((sample) => sample.endedAt >= killedAt);
  return {
    startedAt,
    killedAt,
    returnedAt,
    endedAt,
    beforePerSecond,
    secondsToRemaining: secondsUntilRate(answered, {
      from: killedAt,
      to: returnedAt,
      windowMs,
      needed: enough * remainingPerSecond,
    }),
    secondsToFull: secondsUntilRate(answered, {
      from: returnedAt,
      to: endedAt,
      windowMs,
      needed: enough * beforePerSecond,
    }),
    remainingHeldPerSecond: completionsBetween(answered, killedAt + allowedMs.remaining, returnedAt),
    fullHeldPerSecond: completionsBetween(answered, returnedAt + allowedMs.full, endedAt),
    errorShare: shareOf(after, ({ outcome }) => outcome !== "answered"),
    codes: countCodes(after),
    samples,
  };
}
