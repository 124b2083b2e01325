import assert from "node:assert/strict";
import test from "node:test";
import { latencyRatio, p99Chance, perAnswer, pooled, rateRatio } from "../../../bench/shadow/compare.ts";
import { add, readCounters, subtract } from "../../../bench/shadow/counters.ts";
import { cases, casesOf, choosePlan, secondsOf } from "../../../bench/shadow/plan.ts";
import { costRows } from "../../../bench/shadow/cost-report.ts";
import { drawLabels } from "../../../bench/shadow/import.ts";
import { latencyChart, latencyRows, latencyTable } from "../../../bench/shadow/latency-report.ts";
import type { CaseRun, Round } from "../../../bench/shadow/rounds.ts";
import type { Side, Window } from "../../../bench/shadow/window.ts";
import { readTotal } from "../../../bench/processes/metrics.ts";

const page = [
  "# TYPE process_cpu_seconds_total counter",
  "process_cpu_seconds_total 1.5",
  'garment_gateway_shadow_mirrors_total{outcome="answered"} 7',
  'garment_gateway_shadow_mirrors_total{outcome="dropped"} 2',
  'garment_gateway_predictions_total{outcome="stored"} 9',
  'garment_gateway_predictions_total{outcome="images_lost"} 1',
].join("\n");

function window(side: Side, change: Partial<Window> = {}): Window {
  return {
    side,
    answersPerSecond: 10,
    p99Ms: 100,
    latenciesMs: [90, 100],
    answers: 4,
    counted: { ...readCounters(""), answered: 4, cpuMs: 40 },
    left: 0,
    loopDelayP99Ms: 11,
    samples: [],
    ...change,
  };
}

const round: Round = {
  off: [window("off"), window("off", { p99Ms: 110 })],
  on: [window("on", { latenciesMs: [99, 105] }), window("on", { latenciesMs: [80, 98], answersPerSecond: 9 })],
};

test("a metric's series are added up, those with other labels or longer names left out", () => {
  assert.equal(readTotal(page, "process_cpu_seconds_total"), 1.5);
  assert.equal(readTotal(page, "garment_gateway_shadow_mirrors_total", { outcome: "dropped" }), 2);
  assert.equal(readTotal(page, "garment_gateway_shadow_mirrors_total"), 9);
  assert.equal(readTotal(page, "garment_gateway_shadow_mirrors"), 0);
});

test("counters are read, subtracted and added by name", () => {
  const counters = readCounters(page);
  assert.deepEqual([counters.cpuMs, counters.answered, counters.stored, counters.imagesLost], [1500, 7, 9, 1]);
  const twice = add([counters, counters]);
  assert.equal(twice.answered, 14);
  assert.deepEqual(subtract(twice, counters), counters);
});

test("a ratio puts both windows of each side together", () => {
  assert.equal(latencyRatio(round, 0.99), 1.05);
  assert.equal(latencyRatio(round, 0.5), 98 / 90);
  assert.equal(rateRatio(round), 0.95);
  assert.equal(p99Chance(round), 1.1);
  assert.equal(pooled(round.on, 0.99), 105);
  assert.equal(
    perAnswer(round.on, ({ cpuMs }) => cpuMs),
    10,
  );
});

test("what was lost, or left over, is counted on both sides and held to nothing", () => {
  const one = cases.find(({ name }) => name === "apart");
  assert.ok(one);
  const lossy: Round = {
    off: [window("off", { counted: { ...readCounters(""), lost: 1 } }), window("off")],
    on: [window("on", { counted: { ...readCounters(""), dropped: 2 } }), window("on", { left: 3 })],
  };
  const run: CaseRun = { one, capacityPerSecond: 20, offeredPerSecond: 10, rounds: [lossy] };
  const row = latencyRows(run).find(({ measure }) => measure.includes("lost"));
  assert.deepEqual(row?.rounds, [6]);
  assert.deepEqual(row?.reach, { atMost: 0 });
});

test("what a mirrored answer costs is what the mirror adds, over the mirrored answers", () => {
  const one = cases.find(({ name }) => name === "apart");
  assert.ok(one);
  const cpu = (side: Side, cpuMs: number, answered: number): Window =>
    window(side, { answers: 10, counted: { ...readCounters(""), cpuMs, answered } });
  const rounds: Round[] = [{ off: [cpu("off", 40, 0), cpu("off", 60, 0)], on: [cpu("on", 70, 5), cpu("on", 80, 15)] }];
  const [ratio, added] = costRows({ one, capacityPerSecond: 20, offeredPerSecond: 10, rounds });
  assert.deepEqual(ratio?.rounds, [1.5]);
  assert.equal(ratio?.over, "5.00 CPU-ms off");
  assert.deepEqual(added?.rounds, [2.5]);
});

test("table and chart show each case with the mirror off and on; only the held ones are drawn", () => {
  const runs = cases.map((one): CaseRun => ({ one, capacityPerSecond: 20, offeredPerSecond: 10, rounds: [round] }));
  assert.deepEqual(
    latencyTable(runs).lines.map(([title, side]) => `${title} ${side}`),
    cases.flatMap(({ title }) => [`${title} off`, `${title} on`]),
  );
  const { svg } = latencyChart(runs);
  assert.match(svg, /separate cards, on/);
  assert.doesNotMatch(svg, /both live/);
});

test("a case without rounds is left out, and its time with it", () => {
  const plan = choosePlan(false);
  const none = { ...plan, rounds: { ...plan.rounds, both: 0 } };
  assert.deepEqual(
    casesOf(none).map(({ name }) => name),
    ["apart", "shared"],
  );
  assert.ok(secondsOf(none) < secondsOf(plan));
});

test("as many labels are drawn as are asked for, each of a sample of its own", () => {
  const labels = drawLabels(100);
  assert.equal(new Set(labels.map(({ sampleId }) => sampleId)).size, 100);
  assert.ok(labels.every((each) => Object.keys(each.labels).length === 9));
});
