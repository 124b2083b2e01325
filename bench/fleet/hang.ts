import { startClosedLoop } from "../load/closed-loop.ts";
import { countCodes, latencyOf, rateBetween, shareOf } from "../load/sample.ts";
import type { Sample } from "../load/sample.ts";
import type { Builds } from "./builds.ts";
import { victim } from "./outage.ts";
import { builds, callersPerSlot, slots } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { sleep } from "../processes/stage.ts";

export interface HangRun {
  startedAt: number;
  hungAt: number;
  /** When the gateway took it out of rotation; Infinity where it did not. */
  outAt: number;
  endedAt: number;
  beforePerSecond: number;
  /** While it hung and was still in rotation. */
  meanwhilePerSecond: number;
  /** Of all requests sent while it hung and was still in rotation: not answered, or only after another attempt. */
  hitShare: number;
  /** Of all requests that ended after it began to hang. */
  errorShare: number;
  codes: Record<string, number>;
  samples: readonly Sample[];
}

const pollMs = 100;
/** The gateway's default attempt_timeout_ms: whoever waited that long met the build that hung. */
const attemptTimeoutMs = 5000;

/** Lets a build take every call and answer none, under full load. */
export async function measureHang(fleet: Builds, plan: Plan["hang"]): Promise<HangRun> {
  const loop = startClosedLoop(fleet.client, slots * callersPerSlot * builds.length, () => ({}));
  const startedAt = performance.now();
  await sleep(plan.beforeMs);
  const hungAt = performance.now();
  await setFaults(fleet, [{ kind: "stall" }]);
  const outAt = await waitUntilOut(fleet, hungAt + plan.stallMs);
  await sleep(Math.max(0, hungAt + plan.stallMs - performance.now()));
  const endedAt = performance.now();
  await setFaults(fleet, []);
  await loop.stop();

  const { samples } = loop;
  const answered = samples.filter(({ outcome }) => outcome === "answered");
  const after = samples.filter((sample) => sample.endedAt >= hungAt);
  const meanwhile = samples.filter(({ sentAt }) => sentAt >= hungAt && sentAt < Math.min(outAt, endedAt));
  return {
    startedAt,
    hungAt,
    outAt,
    endedAt,
    beforePerSecond: rateBetween(answered, startedAt + plan.beforeMs / 3, hungAt),
    meanwhilePerSecond: rateBetween(answered, hungAt, Math.min(outAt, endedAt)),
    hitShare: shareOf(meanwhile, (each) => each.outcome !== "answered" || latencyOf(each) >= attemptTimeoutMs),
    errorShare: shareOf(after, ({ outcome }) => outcome !== "answered"),
    codes: countCodes(after),
    samples,
  };
}

async function waitUntilOut(fleet: Builds, giveUpAt: number): Promise<number> {
  while (performance.now() < giveUpAt) {
    const states = await fleet.gauge("garment_gateway_backend_state", { state: "ready" });
    if (states.get(victim) === 0) return performance.now();
    await sleep(pollMs);
  }
  return Number.POSITIVE_INFINITY;
}

async function setFaults(fleet: Builds, faults: object[]): Promise<void> {
  const url = `${fleet.simulator(victim).ready.url}/simulator/faults`;
  const { ok } = await fetch(url, { method: "PUT", body: JSON.stringify({ faults }) });
  if (!ok) throw new Error("the simulator refused the fault");
}
