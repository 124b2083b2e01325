import assert from "node:assert/strict";
import test from "node:test";
import type { Row } from "../../../bench/harness/bench.ts";
import { drawLineChart } from "../../../bench/harness/line-chart.ts";
import type { LineChart } from "../../../bench/harness/line-chart.ts";
import { renderBar } from "../../../bench/harness/progress.ts";
import { replaceMarked } from "../../../bench/harness/report.ts";
import { formatFigure, isWithin, renderTable, tabulateRows } from "../../../bench/harness/table.ts";

const row: Row = {
  measure: "a over b",
  unit: "ratio",
  rounds: [0.9, 1.2, 0.99],
  over: "3.0/s of b",
  reach: { atLeast: 0.97 },
};

test("a row shows the median, its denominator, every round and whether it reached", () => {
  const [line] = tabulateRows([row]).lines;
  assert.deepEqual(line, ["a over b", "0.990", "3.0/s of b", "0.900, 1.200, 0.990", "≥ 0.970", "reached"]);
});

test("what missed says so, and so does what was not measured or never happened", () => {
  const verdict = (rounds: number[], reach: Row["reach"]): string | undefined =>
    tabulateRows([{ ...row, rounds, ...(reach && { reach }) }]).lines[0]?.at(-1);
  assert.equal(verdict([0.9], { atLeast: 0.97 }), "**missed**");
  assert.equal(verdict([Number.NaN], { atLeast: 0.97 }), "**missed**");
  assert.equal(verdict([Infinity], { atMost: 3 }), "**missed**");
  assert.equal(verdict([1.3], { atLeast: 0.8, atMost: 1.2 }), "**missed**");
  assert.ok(isWithin(0.8, { atLeast: 0.8, atMost: 1.2 }));
});

test("figures carry their units", () => {
  const shown = [
    formatFigure(0.9712, "ratio"),
    formatFigure(0.9712, "share"),
    formatFigure(12.4, "ms"),
    formatFigure(1.25, "s"),
    formatFigure(54.96, "per_s"),
    formatFigure(Infinity, "s"),
    formatFigure(Number.NaN, "ms"),
  ];
  assert.deepEqual(shown, ["0.971", "97.1 %", "12 ms", "1.3 s", "55.0/s", "never", "not measured"]);
});

test("a table is Markdown whose columns stand under each other", () => {
  const text = renderTable({
    title: "T",
    columns: ["a", "long name"],
    lines: [
      ["1", "2"],
      ["wide cell", ""],
    ],
  });
  assert.equal(
    text,
    [
      "### T",
      "",
      "| a         | long name |",
      "| --------- | --------- |",
      "| 1         | 2         |",
      "| wide cell |           |",
    ].join("\n"),
  );
});

const chart: LineChart = {
  title: 'a < b & "c"',
  x: { label: "seconds", max: 10 },
  y: { label: "per second", max: 50 },
  series: [
    {
      name: "one",
      points: [
        [0, 0],
        [10, 50],
      ],
    },
    {
      name: "two",
      points: [
        [0, 10],
        [5, 20],
      ],
      style: "step",
    },
    {
      name: "three",
      points: [
        [0, 50],
        [10, 50],
      ],
      style: "dashed",
    },
  ],
  marks: [{ x: 5, label: "killed" }],
};

test("a chart has its title, axes, marks and a legend, and its text is escaped", () => {
  const svg = drawLineChart(chart);
  for (const text of ["a &lt; b &amp; &quot;c&quot;", "seconds", "per second", "one", "two", "three", "killed"])
    assert.ok(svg.includes(`>${text}<`), text);
  assert.ok(!svg.includes("a < b"));
  assert.ok(svg.includes("prefers-color-scheme:dark"));
});

test("a chart's lines run from corner to corner, its steps hold until the next point", () => {
  const paths = [...drawLineChart(chart).matchAll(/<path class="series s\d"[^>]* d="([^"]*)"/g)].map(
    (match) => match[1],
  );
  assert.deepEqual(paths, ["M62 298L740 46", "M62 247.6H401V197.2", "M62 46L740 46"]);
});

test("every element of a chart is closed and no coordinate is missing", () => {
  const svg = drawLineChart({ ...chart, series: [{ name: "empty", points: [] }], marks: [] });
  assert.ok(!/NaN|Infinity|undefined/.test(svg));
  const opened = [...svg.matchAll(/<([a-z]+)[^>]*?(\/?)>/g)].filter((match) => match[2] === "");
  const closed = [...svg.matchAll(/<\/([a-z]+)>/g)];
  assert.equal(opened.length, closed.length);
});

test("a chart refuses more series than a reader can tell apart", () => {
  const series = Array.from({ length: 6 }, (_, at) => ({ name: `s${at}`, points: [] }));
  assert.throws(() => drawLineChart({ ...chart, series }), RangeError);
});

test("only what stands between a bench's marks is replaced", () => {
  const page =
    "before\n<!-- fleet: start -->\nold\n<!-- fleet: end -->\nafter <!-- other: start -->x<!-- other: end -->";
  const replaced = replaceMarked(page, "fleet", "new");
  assert.equal(
    replaced,
    "before\n<!-- fleet: start -->\n\nnew\n\n<!-- fleet: end -->\nafter <!-- other: start -->x<!-- other: end -->",
  );
  assert.equal(replaceMarked(replaced, "fleet", "new"), replaced);
  assert.throws(() => replaceMarked("no marks", "fleet", "new"), /lacks the marks/);
});

test("the progress bar fills, and never claims to be finished", () => {
  assert.match(renderBar(0, 100, "x"), /^░{24} {3}0 %/);
  assert.match(renderBar(50, 100, "x"), /^█{12}░{12} {2}50 %  50 of about 100 s {2}x$/);
  assert.match(renderBar(500, 100, "x"), / 99 %/);
});
