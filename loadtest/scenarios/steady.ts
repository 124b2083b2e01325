import { createPlainTraffic } from "../traffic/plain.ts";
import type { Scenario, Stage } from "./scenario.ts";

async function run({ crowd, garments, rate, seconds, random, phase }: Stage) {
  phase(`${rate}/s`);
  await crowd.offer([{ seconds, from: rate }], createPlainTraffic(garments, random), random);
  return {
    figures: {},
    notes: [
      `Independent callers come ${rate} times a second, whether others have their answers or not; no answer may come from a cache.`,
    ],
  };
}

export const steady: Scenario = {
  summary: "independent callers at a constant rate: latency in everyday life",
  target: "embedded",
  seconds: 60,
  quickSeconds: 8,
  rate: 4,
  run,
};

export const soak: Scenario = {
  summary: "the same for long: does memory grow?",
  target: "embedded",
  seconds: 600,
  quickSeconds: 15,
  rate: 3,
  isMemoryJudged: true,
  run,
};
