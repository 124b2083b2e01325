import { orderInRound } from "../harness/rounds.ts";
import type { BenchContext } from "../harness/bench.ts";
import { startClosedLoop } from "../load/closed-loop.ts";
import type { Photos } from "../load/photos.ts";
import { rateBetween } from "../load/sample.ts";
import { sleep } from "../processes/stage.ts";
import type { Stage } from "../processes/stage.ts";
import { callersPerSlot, slots } from "./plan.ts";
import type { Case, Plan } from "./plan.ts";
import { openCase } from "./stage.ts";
import { openSwitch } from "./switch.ts";
import { measureWindow } from "./window.ts";
import type { Side, Window } from "./window.ts";

/** One case with all of its rounds. */
export interface CaseRun {
  one: Case;
  /** What the live builds gave under full load, with the mirror off. */
  capacityPerSecond: number;
  offeredPerSecond: number;
  rounds: Round[];
}

/** Each side twice, under the very same arrivals. */
export interface Round {
  off: [Window, Window];
  on: [Window, Window];
}

export async function measureCase(
  one: Case,
  photos: Photos,
  plan: Plan,
  { progress, outDir, seed }: BenchContext,
): Promise<CaseRun> {
  progress.step(`${one.title}: capacity`);
  const stage = await openCase(one, photos, outDir);
  try {
    const mirror = openSwitch(stage);
    await mirror.turn(false);
    const capacityPerSecond = await measureCapacity(stage, one, plan.capacity);
    await mirror.untilQuiet();
    const offeredPerSecond = one.load * capacityPerSecond;
    const parts = { stage, mirror, photos, one, plan, ratePerSecond: offeredPerSecond };
    const rounds: Round[] = [];
    for (let at = 0; at < plan.rounds[one.name]; at += 1) {
      const windows: Window[] = [];
      for (const side of sidesOf(at)) {
        progress.step(`${one.title}: round ${at + 1} of ${plan.rounds[one.name]}, mirror ${side}`);
        windows.push(await measureWindow(side, seed + at, parts));
      }
      rounds.push({ off: bothOf(windows, "off"), on: bothOf(windows, "on") });
    }
    return { one, capacityPerSecond, offeredPerSecond, rounds };
  } finally {
    await stage.close();
  }
}

/** A B B A: what drifts evenly through a round falls on both sides alike. */
function sidesOf(round: number): Side[] {
  const [first, second] = orderInRound<Side>(["off", "on"], round) as [Side, Side];
  return [first, second, second, first];
}

function bothOf(windows: readonly Window[], side: Side): [Window, Window] {
  return windows.filter((window) => window.side === side) as [Window, Window];
}

async function measureCapacity(stage: Stage, { role }: Case, plan: Plan["capacity"]): Promise<number> {
  const builds = role === "live" ? 2 : 1;
  const loop = startClosedLoop(stage.client, slots * callersPerSlot * builds, () => ({}));
  await sleep(plan.warmMs);
  const from = performance.now();
  await sleep(plan.windowMs);
  const to = performance.now();
  await loop.stop();
  return rateBetween(
    loop.samples.filter(({ outcome }) => outcome === "answered"),
    from,
    to,
  );
}
