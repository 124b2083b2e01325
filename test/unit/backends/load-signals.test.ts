import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createForeignLoad } from "../../../src/backends/foreign-load.ts";
import { createReportSampling, readLoadReport } from "../../../src/backends/load-report.ts";
import { readMetricsPage } from "../../../src/backends/metrics-page.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const page = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{model_name="m",engine="0"} 3.0
vllm:num_requests_running{engine="1",model_name="m"} 4 1700000000000
vllm:num_requests_running{engine="0",model_name="other"} 100
vllm:num_requests_waiting{engine="0",model_name="m"} 2
vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="capacity"} 9
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25
process_start_time_seconds 1.7e+09
http_requests_total{handler="/v1",method="POST"} 12
`;

test("figures are summed over the engines of our model and no other", () => {
  assert.deepEqual(readMetricsPage(page, "m"), { running: 7, waiting: 2, kvUsage: 0.25, processStart: 1.7e9 });
});

test("the names of older releases are understood, and names with or without _total", () => {
  const old = page
    .replace("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc")
    .replace("vllm:num_requests_waiting{", "vllm:num_requests_waiting_total{");
  assert.deepEqual(readMetricsPage(old, "m"), readMetricsPage(page, "m"));
});

test("a figure that is missing, renamed, negative or no number is unknown, never 0", () => {
  const pages = [
    "",
    "<?xml version='1.0'?>",
    page.replaceAll("num_requests_waiting", "num_requests_queued"),
    page.replace('waiting{engine="0",model_name="m"} 2', 'waiting{engine="0",model_name="m"} NaN'),
    page.replace('waiting{engine="0",model_name="m"} 2', 'waiting{engine="0",model_name="m"} -2'),
    page.replace('waiting{engine="0",model_name="m"} 2', 'waiting{{engine="0",model_name="m"} two'),
  ];
  for (const text of pages) assert.equal(readMetricsPage(text, "m").waiting, null);
});

test("whatever is on the page, reading it neither throws nor makes up a figure", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(...page.split("\n")),
    fc.string().map((text) => `vllm:${text}`),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const figure of Object.values(readMetricsPage(lines.join("\n"), "m"))) {
        assert.ok(figure === null || (Number.isFinite(figure) && figure >= 0));
      }
    }),
  );
});

test("a report of two hundred thousand broken lines is read in linear time", () => {
  const text = 'vllm:num_requests_running{a="'.repeat(100_000) + `\nvllm:x{model_name="m` + "\\".repeat(100_000);
  assert.equal(readMetricsPage(text, "m").running, null);
});

test("the report in an answer's headers is read where it is one", () => {
  const read = (value: string | string[] | undefined) => readLoadReport({ "endpoint-load-metrics": value });
  const report = (waiting: unknown) => `JSON ${JSON.stringify({ named_metrics: { num_requests_waiting: waiting } })}`;
  assert.equal(read(report(5)), 5);
  assert.equal(read(report(0)), 0);
  const unreadable = [
    undefined,
    "",
    "JSON",
    "JSON {",
    "JSON null",
    "TEXT named_metrics.num_requests_waiting=5",
    report("5"),
    report(-1),
    report(null),
    `JSON {"named_metrics":{}}`,
    `JSON ${" ".repeat(5000)}{"named_metrics":{"num_requests_waiting":5}}`,
    [report(5)],
  ];
  for (const value of unreadable) assert.equal(read(value), null);
});

test("one call in sixteen asks for a report, and one whenever a fifth of a second has passed", () => {
  const isDue = createReportSampling();
  const fast = Array.from({ length: 33 }, (_, i) => isDue(i));
  assert.deepEqual(
    fast.flatMap((asks, at) => (asks ? [at] : [])),
    [0, 16, 32],
  );
  assert.deepEqual([isDue(100), isDue(231), isDue(232), isDue(233)], [false, false, true, false]);
});

test("calls of others fade with the age of the figure, and our own are not counted twice", () => {
  const clock = createManualClock();
  const foreign = createForeignLoad(clock);
  assert.deepEqual([foreign.calls, foreign.ageMs], [0, null]);
  foreign.scraped({ running: 10, waiting: 4, kvUsage: null, processStart: null }, 4);
  assert.equal(foreign.calls, 10);
  clock.advance(5000);
  assert.deepEqual([foreign.calls, foreign.ageMs], [5, 5000]);
  clock.advance(60_000);
  assert.ok(foreign.calls < 0.01);
  foreign.scraped({ running: null, waiting: null, kvUsage: null, processStart: null }, 0);
  assert.equal(foreign.ageMs, 65_000); // A page without figures is no figure.
  foreign.scraped({ running: 1, waiting: 0, kvUsage: null, processStart: null }, 4);
  assert.equal(foreign.calls, 0);
});
