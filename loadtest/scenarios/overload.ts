import { isGood, rateBetween } from "../judge/measure.ts";
import { createPreparedTraffic } from "../traffic/prepared.ts";
import { formatRate } from "./find-knee.ts";
import { knowKnee } from "./known-knee.ts";
import type { Scenario } from "./scenario.ts";

const load = 3;
/** At the knee itself, so that the gateway's limits have found the fleet's width before the overload begins. */
const warmSeconds = 4;
/** Of the overload, before it is looked at. */
const settleMs = 3000;

export const overload: Scenario = {
  summary: "three times the knee: is what is answered still as much, and in time?",
  target: "builds",
  seconds: 20,
  quickSeconds: 9,
  rate: null,
  isBeyondCapacity: true,
  async run(stage) {
    const { crowd, seconds, phase } = stage;
    const next = await createPreparedTraffic(stage.garments);
    const knee = await knowKnee(stage, next);
    if (knee === null) return { figures: { goodputOverKnee: Number.NaN }, notes: ["No knee was found."] };
    const { perSecond, note } = knee;
    phase(`knee ${formatRate(perSecond)}/s`);
    await crowd.offer([{ seconds: warmSeconds, from: perSecond }], next, null);
    const { startedAt } = phase(`${load}x`);
    await crowd.offer([{ seconds, from: load * perSecond }], next, null);
    await crowd.drained();
    const from = startedAt + settleMs;
    const to = startedAt + seconds * 1000;
    const goodputPerSecond = rateBetween(crowd.samples.filter(isGood), from, to);
    return {
      figures: { kneePerSecond: perSecond, goodputPerSecond, goodputOverKnee: goodputPerSecond / perSecond },
      notes: [note, `Offered at the overload: ${(load * perSecond).toFixed(1)}/s for ${seconds} s.`],
    };
  },
};
