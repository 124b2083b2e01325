import type { Chart, Row, Table } from "../harness/bench.ts";
import { drawLineChart } from "../harness/line-chart.ts";
import { formatFigure } from "../harness/table.ts";
import { completionsBetween } from "../load/sample.ts";
import type { HangRun } from "./hang.ts";
import { describeCodes } from "./overload-report.ts";
import { enough, victim } from "./outage.ts";
import type { OutageRun } from "./outage.ts";

export interface FaultRuns {
  outage: OutageRun;
  hang: HangRun;
  /** What the builds gave alone that were not hit. */
  remainingPerSecond: number;
  /** Of all builds' capacity, what the one gives that is hit. */
  victimShare: number;
}

export function faultRows({ outage, hang, remainingPerSecond, victimShare }: FaultRuns): Row[] {
  const remaining = `${formatFigure(remainingPerSecond, "per_s")} of the other builds alone`;
  const before = `${formatFigure(outage.beforePerSecond, "per_s")} before`;
  return [
    {
      measure: `build ${victim} killed: callers with an error`,
      unit: "share",
      rounds: [outage.errorShare],
      over: "all that ended from the kill on",
      reach: { atMost: 0.01 },
      sane: { atMost: 0.5 },
    },
    {
      measure: `killed: time until ${enough} of what remains`,
      unit: "s",
      rounds: [outage.secondsToRemaining],
      over: remaining,
      reach: { atMost: 3 },
    },
    {
      measure: "killed: throughput from 3 s after on",
      unit: "ratio",
      rounds: [outage.remainingHeldPerSecond / remainingPerSecond],
      over: remaining,
      reach: { atLeast: enough },
    },
    {
      measure: `back: time until ${enough} of what it was`,
      unit: "s",
      rounds: [outage.secondsToFull],
      over: before,
      reach: { atMost: 5 },
    },
    {
      measure: "back: throughput from 5 s after on",
      unit: "ratio",
      rounds: [outage.fullHeldPerSecond / outage.beforePerSecond],
      over: before,
      reach: { atLeast: enough },
    },
    {
      measure: `build ${victim} hangs: throughput until it is taken out`,
      unit: "ratio",
      rounds: [hang.meanwhilePerSecond / remainingPerSecond],
      over: remaining,
      reach: { atLeast: 0.95 },
    },
    {
      measure: "hangs: callers hit until it is taken out (an error, or another attempt after 5 s)",
      unit: "share",
      rounds: [hang.hitShare],
      over: `all sent until then; its share of the capacity is ${formatFigure(victimShare, "share")}`,
      reach: { atMost: victimShare },
    },
    {
      measure: "hangs: callers with an error",
      unit: "share",
      rounds: [hang.errorShare],
      over: "all that ended from then on",
      sane: { atMost: 0.9 },
    },
    {
      measure: "hangs: time until it is taken out",
      unit: "s",
      rounds: [(hang.outAt - hang.hungAt) / 1000],
      over: "",
    },
  ];
}

export function faultTable({ outage, hang }: FaultRuns): Table {
  return {
    title: "How requests ended that were not answered",
    columns: ["while", "ends"],
    lines: [
      ["killed and back", describeCodes([outage.codes]) || "none"],
      ["hanging", describeCodes([hang.codes]) || "none"],
    ],
  };
}

export function outageChart({ outage, remainingPerSecond }: FaultRuns): Chart {
  const title = "Throughput while the fastest of three builds is killed and returns (simulated)";
  const seconds = (at: number): number => (at - outage.startedAt) / 1000;
  const end = seconds(outage.endedAt);
  const points: [number, number][] = [];
  const halfMs = 500;
  const answered = outage.samples.filter(({ outcome }) => outcome === "answered");
  for (let at = outage.startedAt + halfMs; at <= outage.endedAt - halfMs; at += 100) {
    points.push([seconds(at), completionsBetween(answered, at - halfMs, at + halfMs)]);
  }
  return {
    name: "fleet-outage",
    title,
    svg: drawLineChart({
      title,
      x: { label: "seconds", max: end },
      y: { label: "answers a second", max: Math.max(...points.map(([, rate]) => rate)) },
      series: [
        { name: "answers (over one second)", points },
        {
          name: "the other builds alone",
          points: [
            [0, remainingPerSecond],
            [end, remainingPerSecond],
          ],
          style: "dashed",
        },
      ],
      marks: [
        { x: seconds(outage.killedAt), label: "killed" },
        { x: seconds(outage.returnedAt), label: "listens again" },
      ],
    }),
  };
}
