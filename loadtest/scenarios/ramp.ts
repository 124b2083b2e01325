import { createPreparedTraffic } from "../traffic/prepared.ts";
import { findKnee } from "./find-knee.ts";
import type { Scenario } from "./scenario.ts";

/** About as many steps as the search takes. */
const steps = 10;

export const ramp: Scenario = {
  summary: "raises the rate until it is not answered in full any more: where is the knee?",
  target: "builds",
  seconds: 100,
  quickSeconds: 36,
  rate: 8,
  isBeyondCapacity: true,
  async run(stage) {
    const next = await createPreparedTraffic(stage.garments);
    const search = { startPerSecond: stage.rate, stepSeconds: stage.seconds / steps };
    const knee = await findKnee(stage, next, search);
    if (knee === null) return { figures: { kneePerSecond: Number.NaN }, notes: ["No knee was found."] };
    return {
      figures: { kneePerSecond: knee.perSecond, plateauPerSecond: knee.plateauPerSecond },
      notes: [
        `The lowest rate that was not answered in full is ${knee.failedAt.toFixed(1)}/s. In full: 99 % within the deadline, ` +
          "and those who wait do not grow in number.",
      ],
    };
  },
};
