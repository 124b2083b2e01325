import type { Row, Table } from "../harness/bench.ts";
import { median } from "../harness/statistics.ts";
import { formatFigure } from "../harness/table.ts";
import { sides } from "./capacity.ts";
import { builds } from "./plan.ts";
import { rateOf, sumOfAlone } from "./round.ts";
import type { Round } from "./round.ts";

export function capacityRows(rounds: readonly Round[]): Row[] {
  const alone = formatFigure(median(rounds.map((round) => sumOfAlone(round))), "per_s");
  const p99 = (round: Round, side: "fleet" | "round-robin"): number => round.capacity.get(side)?.p99Ms ?? Number.NaN;
  const robinP99 = formatFigure(median(rounds.map((round) => p99(round, "round-robin"))), "ms");
  return [
    {
      measure: "fleet throughput over the sum of the builds' own capacities",
      unit: "ratio",
      rounds: rounds.map((round) => rateOf(round, "fleet") / sumOfAlone(round)),
      over: `${alone} of the builds alone`,
      reach: { atLeast: 0.97 },
      sane: { atLeast: 0.6, atMost: 1.4 },
    },
    {
      measure: "the same load in turn (round-robin)",
      unit: "ratio",
      rounds: rounds.map((round) => rateOf(round, "round-robin") / sumOfAlone(round)),
      over: `${alone} of the builds alone`,
    },
    {
      measure: "p99 of the fleet over p99 in turn",
      unit: "ratio",
      rounds: rounds.map((round) => p99(round, "fleet") / p99(round, "round-robin")),
      over: `${robinP99} in turn`,
    },
  ];
}

export function capacityTable(rounds: readonly Round[]): Table {
  return {
    title: "Capacity",
    columns: ["side", "answers", "p99", "of all answers: slow, middle, fast", "not answered"],
    lines: sides.map((side) => {
      const runs = rounds.map((round) => round.capacity.get(side)).filter((run) => run !== undefined);
      const samples = runs.flatMap((run) => [...run.samples]);
      const answered = samples.filter(({ outcome }) => outcome === "answered");
      const share = (id: string): string =>
        formatFigure(answered.filter(({ backend }) => backend === id).length / answered.length, "share");
      return [
        side,
        formatFigure(median(runs.map((run) => run.answersPerSecond)), "per_s"),
        formatFigure(median(runs.map((run) => run.p99Ms)), "ms"),
        builds.map(({ id }) => share(id)).join(", "),
        `${samples.length - answered.length} of ${samples.length}`,
      ];
    }),
  };
}
