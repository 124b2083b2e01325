import type { Chart, Row, Table } from "../harness/bench.ts";
import { drawLineChart } from "../harness/line-chart.ts";
import { median, percentile } from "../harness/statistics.ts";
import { formatFigure } from "../harness/table.ts";
import { latencyRatio, medianLatency, p99Chance, perAnswer, pooled, rateRatio, windowsOf } from "./compare.ts";
import type { CaseRun } from "./rounds.ts";
import type { Side } from "./window.ts";

/** What callers notice of the mirror, and what it gets done meanwhile. */
export function latencyRows(run: CaseRun): Row[] {
  const { one, rounds, offeredPerSecond } = run;
  const { title, isHeld } = one;
  const [on, off] = [windowsOf(run, "on"), windowsOf(run, "off")];
  const ofOff = (share: number): string => `${formatFigure(medianLatency(run, "off", share), "ms")} off`;
  const offered = formatFigure(offeredPerSecond, "per_s");
  return [
    {
      measure: `${title}: live p99 with the mirror on over off`,
      unit: "ratio",
      rounds: rounds.map((round) => latencyRatio(round, 0.99)),
      over: ofOff(0.99),
      ...(isHeld && { reach: { atMost: 1.05 } }),
      sane: { atMost: 20 },
    },
    {
      measure: `${title}: the same over the answers of all rounds`,
      unit: "ratio",
      rounds: [pooled(on, 0.99) / pooled(off, 0.99)],
      over: `${formatFigure(pooled(off, 0.99), "ms")} off`,
      ...(isHeld && { reach: { atMost: 1.05 } }),
    },
    {
      measure: `${title}: p99 off over off, the same load again (chance)`,
      unit: "ratio",
      rounds: rounds.map(p99Chance),
      over: ofOff(0.99),
    },
    ...[0.9, 0.5].map((share) => ({
      measure: `${title}: p${share * 100} with the mirror on over off`,
      unit: "ratio" as const,
      rounds: rounds.map((round) => latencyRatio(round, share)),
      over: ofOff(share),
    })),
    {
      measure: `${title}: live answers with the mirror on over off`,
      unit: "ratio",
      rounds: rounds.map(rateRatio),
      over: `${offered} offered on both sides`,
      ...(isHeld && { reach: { atLeast: 0.97 } }),
      sane: { atLeast: 0.5, atMost: 2 },
    },
    ...mirrorRows(run),
  ];
}

function mirrorRows({ one, rounds }: CaseRun): Row[] {
  const { title, isCardShared, mirrorRate } = one;
  const isWhole = mirrorRate === 1 && !isCardShared;
  const share = (count: Parameters<typeof perAnswer>[1]): number[] => rounds.map(({ on }) => perAnswer(on, count));
  const rows: Row[] = [
    {
      measure: `${title}: mirrored answers per live answer${isCardShared ? ", as the throttle chooses" : ""}`,
      unit: "ratio",
      rounds: share(({ answered, failed }) => answered + failed),
      over: `the live answers; mirror_rate ${mirrorRate}`,
      ...(isWhole && { reach: { atLeast: 1, atMost: 1 }, sane: { atLeast: 0.9, atMost: 1.1 } }),
    },
    {
      measure: `${title}: mirrored or stored answers that were lost`,
      unit: "count",
      rounds: rounds.map(({ on, off }) =>
        [...on, ...off].reduce((total, { counted: { dropped, expired, lost, refused, imagesLost }, left }) => {
          return total + dropped + expired + lost + refused + imagesLost + left;
        }, 0),
      ),
      over: "",
      ...(one.isHeld && { reach: { atMost: 0 } }),
    },
  ];
  if (isCardShared) {
    rows.push({
      measure: `${title}: mirrored calls taken back for a live one, per live answer`,
      unit: "ratio",
      rounds: share(({ preempted }) => preempted),
      over: "the live answers",
    });
  }
  return rows;
}

export function latencyTable(runs: readonly CaseRun[]): Table {
  return {
    title: "Latency of live answers",
    columns: ["case", "mirror", "offered", "load", "answers", "not answered", "p50", "p90", "p99", "event loop p99"],
    lines: runs.flatMap((run) =>
      (["off", "on"] as const).map((side) => {
        const windows = windowsOf(run, side);
        const latencies = windows.flatMap(({ latenciesMs }) => latenciesMs);
        const all = windows.reduce((count, { samples }) => count + samples.length, 0);
        const answers = windows.reduce((count, each) => count + each.answers, 0);
        return [
          run.one.title,
          side,
          formatFigure(run.offeredPerSecond, "per_s"),
          formatFigure(run.one.load, "share"),
          String(latencies.length),
          `${all - answers} of ${all}`,
          formatFigure(percentile(latencies, 0.5), "ms"),
          formatFigure(percentile(latencies, 0.9), "ms"),
          formatFigure(percentile(latencies, 0.99), "ms"),
          formatFigure(median(windows.map(({ loopDelayP99Ms }) => loopDelayP99Ms)), "ms"),
        ];
      }),
    ),
  };
}

/** Beyond it a handful of answers would draw the line. */
const shown = 0.999;
const points = 200;

export function latencyChart(runs: readonly CaseRun[]): Chart {
  const held = runs.filter(({ one }) => one.isHeld);
  const title = "Latency of live answers with the mirror off and on (simulated builds)";
  const series = held.flatMap((run) =>
    (["off", "on"] as const).map((side) => ({
      name: `${run.one.title}, ${side}`,
      points: distribution(run, side),
      style: side === "off" ? ("dashed" as const) : ("line" as const),
    })),
  );
  const longest = Math.max(...series.flatMap((each) => each.points.map(([ms]) => ms)));
  return {
    name: "shadow-latency",
    title,
    svg: drawLineChart({
      title,
      x: { label: "latency in ms", max: longest },
      y: { label: "% answered by then", max: 100 },
      series,
    }),
  };
}

function distribution(run: CaseRun, side: Side): [number, number][] {
  const latencies = windowsOf(run, side).flatMap(({ latenciesMs }) => latenciesMs);
  const sorted = latencies.toSorted((a, b) => a - b);
  return Array.from({ length: points + 1 }, (_, at) => {
    const share = (at / points) * shown;
    return [percentile(sorted, share), share * 100];
  });
}
