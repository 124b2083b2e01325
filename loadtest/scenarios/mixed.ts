import { createMixedTraffic } from "../traffic/mixed.ts";
import type { Scenario } from "./scenario.ts";

export const mixed: Scenario = {
  summary: "all forms, formats and sizes, duplicates, retries, bulk beside interactive, wrong uploads",
  target: "embedded",
  seconds: 60,
  quickSeconds: 10,
  rate: 3,
  async run({ crowd, garments, rate, seconds, random, phase }) {
    const next = await createMixedTraffic(garments, random);
    phase(`${rate}/s`);
    await crowd.offer([{ seconds, from: rate }], next, random);
    return {
      figures: {},
      notes: ["Shares of forms, formats, sizes, duplicates and mistakes are assumed, not taken from real traffic."],
    };
  },
};
