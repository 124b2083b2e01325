import type { Chart, Row, Table } from "../harness/bench.ts";
import { drawLineChart } from "../harness/line-chart.ts";
import { median } from "../harness/statistics.ts";
import { formatFigure } from "../harness/table.ts";
import type { OverloadRun } from "./overload.ts";
import { sumOfAlone } from "./round.ts";
import type { Round } from "./round.ts";

const highestLoad = 3;

type Read = (run: OverloadRun, round: Round) => number;
const goodputOverCapacity: Read = (run, round) => run.goodputPerSecond / sumOfAlone(round);

/** One figure a round. */
function read(rounds: readonly Round[], load: number, figure: Read): number[] {
  return rounds.map((round) => figure(round.overload.get(load) as OverloadRun, round));
}

export function overloadRows(rounds: readonly Round[]): Row[] {
  return [
    {
      measure: "goodput at 3 times capacity over capacity",
      unit: "ratio",
      rounds: read(rounds, highestLoad, goodputOverCapacity),
      over: `${formatFigure(median(rounds.map((round) => sumOfAlone(round))), "per_s")} of the builds alone`,
      reach: { atLeast: 0.95 },
      sane: { atLeast: 0.2, atMost: 1.4 },
    },
    {
      measure: "let in at 3 times capacity: answered within the deadline",
      unit: "share",
      rounds: read(rounds, highestLoad, (run) => run.inDeadlineShare),
      over: "all that were not shed",
      reach: { atLeast: 1 },
      sane: { atLeast: 0.2 },
    },
    {
      measure: "answered at 3 times capacity: within the deadline",
      unit: "share",
      rounds: read(rounds, highestLoad, (run) => run.answeredInTimeShare),
      over: "all answers",
      reach: { atLeast: 1 },
    },
    {
      measure: "shed at 3 times capacity: answered when they came back as told",
      unit: "share",
      rounds: read(rounds, highestLoad, (run) => run.retryAfter.keptShare),
      over: "the last 20 that were shed",
    },
  ];
}

export function overloadTable(rounds: readonly Round[]): Table {
  return {
    title: "Load over capacity",
    columns: [
      "load",
      "offered",
      "goodput over capacity",
      "let in: in time",
      "p50",
      "p99",
      "shed",
      "told to wait",
      "other ends",
    ],
    lines: loadsOf(rounds).map((load) => {
      const middle = (figure: Read): number => median(read(rounds, load, figure));
      return [
        String(load),
        formatFigure(
          middle((run) => run.offeredPerSecond),
          "per_s",
        ),
        formatFigure(middle(goodputOverCapacity), "ratio"),
        formatFigure(
          middle((run) => run.inDeadlineShare),
          "share",
        ),
        formatFigure(
          middle((run) => run.p50Ms),
          "ms",
        ),
        formatFigure(
          middle((run) => run.p99Ms),
          "ms",
        ),
        formatFigure(
          middle((run) => run.shedShare),
          "share",
        ),
        formatFigure(
          middle((run) => run.retryAfter.medianSeconds),
          "s",
        ),
        describeCodes(rounds.map((round) => (round.overload.get(load) as OverloadRun).codes)),
      ];
    }),
  };
}

/** How requests ended that were neither answered nor shed, over all of these. */
export function describeCodes(all: readonly Record<string, number>[]): string {
  const totals = new Map<string, number>();
  for (const codes of all) {
    for (const [code, count] of Object.entries(codes)) totals.set(code, (totals.get(code) ?? 0) + count);
  }
  totals.delete("overloaded");
  return [...totals].map(([code, count]) => `${count} ${code}`).join(", ");
}

export function goodputChart(rounds: readonly Round[]): Chart {
  const loads = loadsOf(rounds);
  const title = "Goodput under load (simulated builds)";
  return {
    name: "fleet-goodput",
    title,
    svg: drawLineChart({
      title,
      x: { label: "offered load over capacity", max: Math.max(...loads) },
      y: { label: "over capacity", max: 1.2 },
      series: [
        {
          name: "answered within the deadline",
          points: loads.map((load) => [load, median(read(rounds, load, goodputOverCapacity))]),
        },
        {
          name: "all that could be",
          points: [
            [0, 0],
            [1, 1],
            [Math.max(...loads), 1],
          ],
          style: "dashed",
        },
      ],
    }),
  };
}

function loadsOf(rounds: readonly Round[]): number[] {
  return [...(rounds[0]?.overload.keys() ?? [])].toSorted((a, b) => a - b);
}
