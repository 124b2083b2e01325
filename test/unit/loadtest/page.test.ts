import assert from "node:assert/strict";
import test from "node:test";
import { verdictOf } from "../../../loadtest/report/facts.ts";
import { renderPage } from "../../../loadtest/report/page.ts";
import { cutIntoBins } from "../../../loadtest/report/series.ts";
import { renderText } from "../../../loadtest/report/text.ts";
import { judgeInvariants } from "../../../loadtest/judge/invariants.ts";
import { measure } from "../../../loadtest/judge/measure.ts";
import type { Run } from "../../../loadtest/run.ts";
import type { Sample } from "../../../loadtest/traffic/client.ts";
import { failedSample, recordOf, sample, scrapeOf } from "./builders.ts";

/** A run of ten seconds with these requests. */
function runOf(samples: readonly Sample[], changes: Partial<Run> = {}): Run {
  return {
    name: "steady",
    options: { seconds: null, rate: null, samplesDir: "<b>dir</b>", outDir: "", isQuick: false, seed: 1 },
    setup: "A gateway.",
    startedAt: "2026-01-01T00:00:00.000Z",
    conditions: {
      date: "2026-01-01",
      node: "v24",
      cpu: "cpu",
      cores: 2,
      seconds: 10,
      cpuBusy: 0.1,
      generatorDelayP99Ms: 1,
    },
    origin: 1000,
    samples,
    phases: [{ label: "4/s", startedAt: 1000, endedAt: 11_000 }],
    scrapes: Array.from({ length: 300 }, (_, at) => scrapeOf({ at: 1000 + at * 33, cpuSeconds: at / 100 })),
    figures: measure(samples, 10),
    memory: { minutes: 0, resident: null, heap: null },
    invariants: judgeInvariants(recordOf(samples)),
    notes: [],
    tables: [],
    stopped: null,
    ...changes,
  };
}

const at = (ms: number, changes: Partial<Sample> = {}) =>
  sample({ dueAt: ms, sentAt: ms, endedAt: ms + 200, ...changes });
const everySecond = Array.from({ length: 10 }, (_, second) => at(1000 + second * 1000));

test("bins count what was due and what ended, and no request twice", () => {
  const bins = cutIntoBins(
    runOf([...everySecond, failedSample(502, "backend_failed", { dueAt: 3000, endedAt: 3100 })]),
  );
  const total = (pick: (bin: (typeof bins)[number]) => number) => bins.reduce((sum, bin) => sum + pick(bin), 0);
  assert.equal(bins.length, 10);
  assert.equal(Math.round(total(({ offeredPerSecond }) => offeredPerSecond)), 11);
  assert.equal(Math.round(total(({ answeredPerSecond }) => answeredPerSecond)), 10);
  assert.equal(bins[2]?.codes["backend_failed"], 1);
});

test("a page escapes what it did not write itself, and is drawn also where nothing went wrong", () => {
  const page = renderPage(runOf(everySecond));
  assert.ok(page.includes("&lt;b&gt;dir&lt;/b&gt;"));
  assert.ok(!page.includes("<b>dir"));
  assert.ok(page.includes("There were no errors."));
  assert.doesNotMatch(page, /NaN|undefined|Infinity/);
});

test("more codes than colours are drawn as others", () => {
  const codes = Array.from({ length: 9 }, (_, index) =>
    failedSample(502, `code_${index}`, { dueAt: 2000, endedAt: 2100 }),
  );
  assert.ok(renderPage(runOf([...everySecond, ...codes])).includes(">others<"));
});

test("a run passes only where it was whole, every threshold is reached and no invariant is violated", () => {
  assert.deepEqual(verdictOf(runOf(everySecond)).faults, []);
  assert.match(verdictOf(runOf(everySecond, { stopped: "it was interrupted" })).faults.join(), /ended early/);
  assert.match(verdictOf(runOf([])).faults.join(), /nothing was sent/);
  const text = renderText(runOf([...everySecond, failedSample(500, "internal")]));
  assert.match(text, /steady: FAILS\n- violated: no 5xx[^]*threshold missed: answeredShare/);
});
