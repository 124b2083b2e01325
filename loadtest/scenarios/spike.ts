import { percentile } from "../../bench/harness/statistics.ts";
import { isGood, latencyOf, shareOf } from "../judge/measure.ts";
import { createPreparedTraffic } from "../traffic/prepared.ts";
import type { Sample } from "../traffic/client.ts";
import type { Scenario } from "./scenario.ts";

const spikeFactor = 8;
/** Calm, spike, calm: as shares of the duration. */
const shares = { before: 0.25, spike: 0.2, after: 0.55 };
const windowMs = 2000;
/** As before the spike: nearly the same p95, everything answered. */
const tolerance = 1.5;

export const spike: Scenario = {
  summary: "calm, then eight times as many callers for a moment, then calm: how soon is it over?",
  target: "builds",
  seconds: 60,
  quickSeconds: 24,
  rate: 6,
  isBeyondCapacity: true,
  async run({ crowd, garments, rate, seconds, random, phase }) {
    const next = await createPreparedTraffic(garments);
    const calm = phase("calm");
    await crowd.offer([{ seconds: shares.before * seconds, from: rate }], next, random);
    const high = phase(`spike ${spikeFactor}x`);
    await crowd.offer([{ seconds: shares.spike * seconds, from: spikeFactor * rate }], next, random);
    const after = phase("calm again");
    await crowd.offer([{ seconds: shares.after * seconds, from: rate }], next, random);
    await crowd.drained();
    const usual = crowd.samples.filter(({ dueAt }) => dueAt >= calm.startedAt && dueAt < high.startedAt);
    const later = crowd.samples.filter(({ dueAt }) => dueAt >= after.startedAt);
    const usualMs = percentile(usual.filter(isGood).map(latencyOf), 0.95);
    const recoverySeconds = secondsUntilCalm(later, after.startedAt, usualMs);
    const settledAt = after.startedAt + recoverySeconds * 1000;
    const settled = later.filter(({ dueAt }) => dueAt >= settledAt);
    return {
      figures: { recoverySeconds, afterShare: shareOf(settled, isGood) },
      notes: [
        `Calm is ${rate}/s; p95 before the spike was ${usualMs.toFixed(0)} ms. Over means: for ${windowMs / 1000} s everything ` +
          `was answered, with a p95 within ${tolerance} times that.`,
      ],
    };
  },
};

/** Seconds from `from` until the first window in which everything is as usual; Infinity where there is none. */
function secondsUntilCalm(samples: readonly Sample[], from: number, usualMs: number): number {
  const last = samples.at(-1)?.dueAt ?? from;
  for (let at = from; at + windowMs <= last; at += 250) {
    const inside = samples.filter(({ dueAt }) => dueAt >= at && dueAt < at + windowMs);
    const isCalm = inside.length > 0 && inside.every(isGood);
    if (isCalm && percentile(inside.map(latencyOf), 0.95) <= tolerance * usualMs) return (at - from) / 1000;
  }
  return Number.POSITIVE_INFINITY;
}
