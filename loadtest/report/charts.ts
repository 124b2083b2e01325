import { drawLineChart } from "../../bench/harness/line-chart.ts";
import { sum } from "../../bench/harness/statistics.ts";
import type { Slope } from "../judge/slope.ts";
import type { Run } from "../run.ts";
import type { Bin } from "./series.ts";

/** A chart and the sentence that says what it shows. */
export interface PageChart {
  svg: string;
  caption: string;
}

type Point = readonly [number, number];

const mebibyte = 2 ** 20;
/** More phases than this, and their names would lie on each other. */
const maxMarks = 8;
/** As many colours as a reader can tell apart, one of which stands for the rest. */
const maxCodes = 4;

export function drawCharts(run: Run, bins: readonly Bin[]): PageChart[] {
  const seconds = Math.max(1, ...bins.map(({ second }) => second));
  const x = { label: "seconds from the first request", max: seconds };
  const marks = marksOf(run);
  const errors = codeLines(bins);
  const of = (pick: (bin: Bin) => number | null): Point[] =>
    bins.flatMap((bin) => {
      const value = pick(bin);
      return value === null ? [] : [[bin.second, value] as const];
    });

  function draw(title: string, unit: string, series: Lines, caption: string): PageChart {
    const max = Math.max(unit === "cores" ? 0.1 : 1, ...series.flatMap(({ points }) => points.map(([, y]) => y)));
    return { svg: drawLineChart({ title, x, y: { label: unit, max }, series, marks }), caption };
  }

  return [
    draw(
      "Latency of answers",
      "ms",
      [
        { name: "p50", points: of(({ p50Ms }) => p50Ms) },
        { name: "p95", points: of(({ p95Ms }) => p95Ms) },
        { name: "p99", points: of(({ p99Ms }) => p99Ms) },
      ],
      "From when a request was due to the end of its answer; answered requests only.",
    ),
    draw(
      "Offered, answered, shed",
      "requests a second",
      [
        { name: "offered", style: "dashed", points: of(({ offeredPerSecond }) => offeredPerSecond) },
        { name: "answered", points: of(({ answeredPerSecond }) => answeredPerSecond) },
        { name: "shed", points: of(({ shedPerSecond }) => shedPerSecond) },
        { name: "expired, failed, unsent", points: of(({ lostPerSecond }) => lostPerSecond) },
      ],
      "Offered counts when a request was due, all else when it ended; a wrong upload that was refused rightly is answered.",
    ),
    draw(
      "Errors by code",
      "errors a second",
      errors,
      errors.length > 0 ? "As callers were told, right refusals of wrong uploads included." : "There were no errors.",
    ),
    draw(
      "In flight",
      "requests",
      [
        { name: "without an answer yet", points: of(({ outstanding }) => outstanding) },
        { name: "in the gateway", points: scraped(run, ({ requestsInFlight }) => requestsInFlight, "largest") },
        { name: "at the backends", points: scraped(run, ({ backendInFlight }) => backendInFlight, "largest") },
      ],
      "The callers' own count, and what /metrics said.",
    ),
    draw(
      "Memory of the gateway's process",
      "MiB",
      [
        { name: "resident", points: scraped(run, ({ residentBytes }) => residentBytes / mebibyte, "mean") },
        { name: "heap in use", points: scraped(run, ({ heapBytes }) => heapBytes / mebibyte, "mean") },
        ...fitLine("resident, fitted", run.memory.resident, run),
        ...fitLine("heap's floor, fitted", run.memory.heap, run),
      ],
      "The fitted lines leave out the warm-up; the table of invariants has their slopes and intervals.",
    ),
    draw(
      "CPU of the gateway's process",
      "cores",
      [{ name: "in use", points: coresOf(run) }],
      "Embedded builds run in the gateway's process and are part of this.",
    ),
  ];
}

/** CPU seconds a second, between each reading and the one before it. */
function coresOf({ scrapes, origin }: Run): Point[] {
  const points = scrapes.slice(1).map((scrape, at): Point => {
    const previous = scrapes[at] as Run["scrapes"][number];
    const seconds = (scrape.at - previous.at) / 1000;
    return [(scrape.at - origin) / 1000, (scrape.cpuSeconds - previous.cpuSeconds) / seconds];
  });
  return thin(points, "mean");
}

type Lines = { name: string; points: Point[]; style?: "dashed" | "step" }[];

/** More readings than this would fill the chart: so many stretches then stand for them, each with its mean or its largest. */
const maxPoints = 120;

function thin(points: readonly Point[], reduce: "mean" | "largest"): Point[] {
  const each = Math.ceil(points.length / maxPoints);
  if (each <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / each) }, (_, at): Point => {
    const inside = points.slice(at * each, (at + 1) * each);
    const values = inside.map(([, value]) => value);
    const value = reduce === "mean" ? sum(values) / values.length : Math.max(...values);
    return [(inside[Math.floor(inside.length / 2)] as Point)[0], value];
  });
}

function scraped(
  { scrapes, origin }: Run,
  pick: (scrape: Run["scrapes"][number]) => number,
  reduce: "mean" | "largest",
): Point[] {
  return thin(
    scrapes.map((scrape) => [(scrape.at - origin) / 1000, pick(scrape)]),
    reduce,
  );
}

/** A fitted line from the end of the warm-up on; its own clock begins with the first reading. */
function fitLine(name: string, slope: Slope | null, { scrapes, origin, memory }: Run): Lines {
  const first = scrapes[0];
  if (slope === null || first === undefined) return [];
  const toSecond = (minute: number): number => (first.at - origin) / 1000 + minute * 60;
  const { from, start, perMinute } = slope;
  const end = start + perMinute * (memory.minutes - from);
  return [
    {
      name,
      style: "dashed",
      points: [
        [toSecond(from), start],
        [toSecond(memory.minutes), end],
      ],
    },
  ];
}

function codeLines(bins: readonly Bin[]): Lines {
  const totals = new Map<string, number>();
  for (const { codes } of bins)
    for (const [code, count] of Object.entries(codes)) totals.set(code, (totals.get(code) ?? 0) + count);
  const ranked = [...totals].toSorted(([, a], [, b]) => b - a).map(([code]) => code);
  const width = bins.length > 1 ? (bins[1] as Bin).second - (bins[0] as Bin).second : 1;
  const pointsOf = (chosen: readonly string[]): Point[] =>
    bins.map(({ second, codes }) => [second, chosen.reduce((sum, code) => sum + (codes[code] ?? 0), 0) / width]);
  const rest = ranked.slice(maxCodes);
  return [
    ...ranked.slice(0, maxCodes).map((code) => ({ name: code, style: "step" as const, points: pointsOf([code]) })),
    ...(rest.length > 0 ? [{ name: "others", style: "step" as const, points: pointsOf(rest) }] : []),
  ];
}

function marksOf({ phases, origin }: Run): { x: number; label: string }[] {
  if (phases.length < 2) return [];
  const isNamed = phases.length <= maxMarks;
  return phases.map(({ label, startedAt }) => ({ x: (startedAt - origin) / 1000, label: isNamed ? label : "" }));
}
