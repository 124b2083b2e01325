import { seededRandom } from "../src/kernel/index.ts";
import { openBuilds } from "./fleet/builds.ts";
import type { Builds } from "./fleet/builds.ts";
import { measureCapacity, sides } from "./fleet/capacity.ts";
import { measureHang } from "./fleet/hang.ts";
import { measureLimit } from "./fleet/limit.ts";
import { measureOutage, victim } from "./fleet/outage.ts";
import { measureOverload } from "./fleet/overload.ts";
import { builds, choosePlan, secondsOf } from "./fleet/plan.ts";
import type { Plan } from "./fleet/plan.ts";
import { reportFleet } from "./fleet/report.ts";
import type { FleetRuns } from "./fleet/report.ts";
import { sumOfAlone } from "./fleet/round.ts";
import type { Round } from "./fleet/round.ts";
import type { Bench, BenchContext } from "./harness/bench.ts";
import { orderInRound } from "./harness/rounds.ts";
import { median } from "./harness/statistics.ts";
import { preparePhotos } from "./load/photos.ts";
import type { Photos } from "./load/photos.ts";

const ids = builds.map(({ id }) => id);
const survivors = ids.filter((id) => id !== victim);

/** One gateway before three simulated builds of unequal speed: how much of them it gets out, and what it does under stress. */
export const fleet: Bench = {
  name: "fleet",
  summary: "one gateway before simulated builds of unequal speed",
  seconds: (isQuick) => secondsOf(choosePlan(isQuick)),
  async run(context) {
    const plan = choosePlan(context.isQuick);
    const photos = await preparePhotos();
    const runs = await measureBuilds(photos, plan, context);
    context.progress.step("limit: slots halve and double");
    return reportFleet({ ...runs, limit: await measureLimit(photos, context.outDir, plan.limit) });
  },
};

async function measureBuilds(photos: Photos, plan: Plan, context: BenchContext): Promise<Omit<FleetRuns, "limit">> {
  const fleet = await openBuilds(photos, context.outDir);
  try {
    await fleet.untilReady(ids);
    const rounds = await runRounds(fleet, plan, context);
    const remainingPerSecond = median(rounds.map((round) => sumOfAlone(round, survivors)));
    const victimShare = median(rounds.map((round) => sumOfAlone(round, [victim]) / sumOfAlone(round)));
    await fleet.untilReady(ids);
    context.progress.step("outage: the fastest build is killed and returns");
    const outage = await measureOutage(fleet, remainingPerSecond, plan.outage);
    await fleet.untilReady(ids);
    context.progress.step("hang: the fastest build takes calls and answers none");
    const hang = await measureHang(fleet, plan.hang);
    return { rounds, remainingPerSecond, victimShare, outage, hang };
  } finally {
    await fleet.close();
  }
}

async function runRounds(fleet: Builds, plan: Plan, { progress, seed }: BenchContext): Promise<Round[]> {
  const random = seededRandom(seed);
  progress.step("settling");
  await measureCapacity(fleet, "fleet", { warmMs: 0, windowMs: plan.settleMs });

  const rounds: Round[] = [];
  for (let at = 0; at < plan.rounds; at += 1) {
    const round: Round = { capacity: new Map(), overload: new Map() };
    rounds.push(round);
    const name = `round ${at + 1} of ${plan.rounds}`;
    for (const side of orderInRound(sides, at)) {
      progress.step(`${name}: capacity, ${side}`);
      round.capacity.set(side, await measureCapacity(fleet, side, plan.capacity));
    }
    const capacityPerSecond = sumOfAlone(round);
    for (const load of orderInRound(plan.overload.loads, at)) {
      progress.step(`${name}: ${load} times capacity`);
      const options = { load, capacityPerSecond, plan: plan.overload, random };
      round.overload.set(load, await measureOverload(fleet.client, options));
    }
  }
  return rounds;
}
