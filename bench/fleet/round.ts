import { sum } from "../harness/statistics.ts";
import type { BuildId } from "./builds.ts";
import type { CapacityRun, Side } from "./capacity.ts";
import type { OverloadRun } from "./overload.ts";
import { builds } from "./plan.ts";

/** Every side and every load once. */
export interface Round {
  capacity: Map<Side, CapacityRun>;
  overload: Map<number, OverloadRun>;
}

/** Answers a second of one side of a round; NaN where it did not run. */
export function rateOf(round: Round, side: Side): number {
  return round.capacity.get(side)?.answersPerSecond ?? Number.NaN;
}

/** What the builds gave one after the other, each alone, in the same round. */
export function sumOfAlone(round: Round, ids: readonly BuildId[] = builds.map(({ id }) => id)): number {
  return sum(ids.map((id) => rateOf(round, id)));
}
