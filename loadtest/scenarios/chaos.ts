import type { Table } from "../../bench/harness/bench.ts";
import { isAnswered, shareOf } from "../judge/measure.ts";
import { Refusal } from "../refusal.ts";
import { setFaults } from "../target/faults.ts";
import type { Simulator } from "../target/target.ts";
import type { NextUpload } from "../traffic/crowd.ts";
import { createPreparedTraffic } from "../traffic/prepared.ts";
import { readBackendCalls } from "../watch/backend-calls.ts";
import type { BackendCalls } from "../watch/backend-calls.ts";
import { faultSteps } from "./fault-steps.ts";
import type { Scenario, Stage } from "./scenario.ts";

/** Sound, before and after the faults: as long as so many of them. */
const soundSteps = 2;
/** A build that a fault took out of rotation is probed at most this far apart. */
const maxReturnSeconds = 35;

export const chaos: Scenario = {
  summary: "steps through the simulator's faults on one of the builds: what do callers notice?",
  target: "builds",
  seconds: 90,
  quickSeconds: 36,
  // More than the other build can take alone, so that the one under fault is always asked.
  rate: 12,
  async run(stage) {
    const { crowd, target, garments, rate, seconds, random, phase, signal } = stage;
    // The last one: of an own target the quickest, which is asked most.
    const victim = target.simulators.at(-1);
    if (victim === undefined)
      throw new Refusal(
        "chaos switches a simulator's faults: set SIMULATORS to ID=URL of one, or leave GATEWAY_URL out.",
      );
    const next = await createPreparedTraffic(garments);
    const stepSeconds = seconds / (faultSteps.length + 2 * soundSteps);
    const offer = (count: number) => crowd.offer([{ seconds: count * stepSeconds, from: rate }], next, random);
    const lines: string[][] = [];
    let struck = 0;

    phase("sound");
    await offer(soundSteps);
    const faultsFrom = performance.now();
    try {
      for (const { label, fault } of faultSteps) {
        if (signal.aborted) break;
        const before = await readVictim(stage, victim);
        await setFaults(victim.url, [fault]);
        phase(label);
        await offer(1);
        await setFaults(victim.url, []);
        const backAfter = await untilReturned(stage, victim, next);
        const { asked, failed, flawed } = subtract(await readVictim(stage, victim), before);
        if (asked > 0) struck += 1;
        lines.push([label, String(asked), String(failed), String(flawed), `${backAfter.toFixed(0)} s`]);
      }
    } finally {
      await setFaults(victim.url, []);
    }
    await crowd.drained();
    const faultsUntil = performance.now();
    const after = phase("sound again");
    await offer(soundSteps);
    await crowd.drained();
    const later = crowd.samples.filter(({ dueAt }) => dueAt >= after.startedAt);
    return {
      figures: { struckShare: struck / faultSteps.length, afterShare: shareOf(later, isAnswered) },
      notes: [
        `One build (${victim.backend}) suffers ${faultSteps.length} faults, ${stepSeconds.toFixed(1)} s each; before the next one ` +
          "it has returned to rotation.",
      ],
      tables: [tabulate(lines)],
      faultsBetween: [faultsFrom, faultsUntil],
    };
  },
};

/** Goes on with the load until the build is back in rotation; returns after how many seconds it was. */
async function untilReturned({ crowd, rate, random, target, signal }: Stage, victim: Simulator, next: NextUpload) {
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  while (!signal.aborted && elapsed() < maxReturnSeconds) {
    const calls = await readBackendCalls(target.url, target.key, victim.backend);
    if (calls?.isReady === true) break;
    await crowd.offer([{ seconds: 1, from: rate }], next, random);
  }
  return elapsed();
}

async function readVictim({ target }: Stage, { backend }: Simulator): Promise<BackendCalls> {
  const calls = await readBackendCalls(target.url, target.key, backend);
  if (calls === null) throw new Refusal(`chaos reads ${target.url}/metrics, which does not answer.`);
  return calls;
}

function subtract(after: BackendCalls, before: BackendCalls): Pick<BackendCalls, "asked" | "failed" | "flawed"> {
  return {
    asked: after.asked - before.asked,
    failed: after.failed - before.failed,
    flawed: after.flawed - before.flawed,
  };
}

function tabulate(lines: string[][]): Table {
  return {
    title: "What the build under fault did",
    columns: ["fault", "asked", "calls failed", "answers flawed", "back in rotation after"],
    lines,
  };
}
