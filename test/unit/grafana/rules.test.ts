import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import test from "node:test";
import { parse } from "yaml";
import { boards } from "../../../grafana/src/boards/index.ts";
import { readRules } from "../../../grafana/src/rules.ts";
import { sloRules } from "../../../grafana/src/slo-rules.ts";
import { allMetrics, unknownMetrics } from "../../support/known-metrics.ts";
import { prometheusIsMissing, promtool } from "../../support/prometheus.ts";

const files = readRules();
const alerts = files.flatMap((each) => each.alerts);

test("every metric in a rule exists; a wrong name is named", async () => {
  const known = await allMetrics();
  for (const { file, alerts: inFile, records } of files) {
    for (const { alert, expr } of inFile) assert.deepEqual(unknownMetrics(expr, known), [], `${file}: ${alert}`);
    for (const { record, expr } of records) assert.deepEqual(unknownMetrics(expr, known), [], `${file}: ${record}`);
  }
  const wrong = 'garment_gateway_backend_sate{state="down"} == 1 and on (backend) vllm:num_requests_wating > 0';
  assert.deepEqual(unknownMetrics(wrong, known), ["garment_gateway_backend_sate", "vllm:num_requests_wating"]);
});

test("every alert says how urgent it is, what happened, and which page helps", () => {
  assert.ok(alerts.length > 30);
  assert.equal(new Set(alerts.map(({ alert }) => alert)).size, alerts.length);
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels.severity, /^(?:page|ticket)$/, alert);
    assert.equal(annotations.runbook_url, `docs/runbooks/${alert}.md`);
    assert.ok(annotations.summary.length > 10 && annotations.description.length > 20, alert);
  }
});

const sections = ["What it means", "What to look at", "What to do", "How to tell that it is over"];

test("every alert has a runbook with its four parts, and every runbook an alert", () => {
  for (const { alert } of alerts) {
    const file = `docs/runbooks/${alert}.md`;
    assert.ok(existsSync(file), file);
    const headings = [...readFileSync(file, "utf8").matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(headings, sections, file);
  }
  assert.deepEqual(
    globSync("docs/runbooks/*.md").sort(),
    alerts.map(({ alert }) => `docs/runbooks/${alert}.md`).sort(),
  );
});

test("every board and panel that a runbook names exists", () => {
  const titles = boards.map(({ title }) => title.replace("Garment gateway / ", ""));
  const panels = boards.flatMap(({ rows }) => rows.flatMap((row) => row.panels.map(({ title }) => title)));
  const names = new Set([...titles, ...panels]);
  for (const file of globSync("docs/runbooks/*.md")) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(/(?<!\*)\*([^*\n]+)\*(?!\*)/g)) {
      assert.ok(names.has(name as string), `${file} names the panel ${name}`);
    }
  }
});

interface RuleTests {
  tests: { name: string; promql_expr_test: { expr: string; exp_samples: unknown[] }[] }[];
}

test("every alert has a case in which it fires and one in which it stays silent", () => {
  const cases = globSync("grafana/prometheus/tests/*.yml").flatMap((file) =>
    (parse(readFileSync(file, "utf8")) as RuleTests).tests.flatMap((each) => each.promql_expr_test),
  );
  for (const { alert } of alerts) {
    const own = cases.filter(({ expr }) => expr.includes(`alertname="${alert}"`));
    assert.ok(
      own.some(({ exp_samples: samples }) => samples.length > 0),
      `${alert} never fires in a case`,
    );
    assert.ok(
      own.some(({ exp_samples: samples }) => samples.length === 0),
      `${alert} never stays silent in a case`,
    );
  }
});

/** docs/observability.md says why. */
const onlyInCases = new Set(["ShedThoughThereIsRoom", "AnswersDrift"]);

test("every alert fires for a fault in an e2e test, but for those of which the page says why not", () => {
  const texts = globSync("test/e2e/alerts-*.test.ts").map((file) => readFileSync(file, "utf8"));
  const page = readFileSync("docs/observability.md", "utf8");
  for (const { alert } of alerts) {
    const isPlayed = texts.some((text) => text.includes(`"${alert}"`));
    assert.equal(isPlayed, !onlyInCases.has(alert), alert);
    if (!isPlayed) assert.ok(page.includes(`\`${alert}\` (`), `the page does not say why ${alert} is not played`);
  }
});

test("the objectives' rules are what the code makes", () => {
  assert.equal(readFileSync("grafana/prometheus/rules/slo.yml", "utf8"), sloRules());
});

test("promtool finds the rules and the example configuration in order", { skip: prometheusIsMissing }, async () => {
  await promtool("check", "rules", ...globSync("grafana/prometheus/rules/*.yml"));
  assert.match(await promtool("check", "config", "grafana/prometheus/prometheus.yml"), /SUCCESS/);
});

for (const file of globSync("grafana/prometheus/tests/*.yml").sort()) {
  test(`promtool test rules ${file}`, { skip: prometheusIsMissing }, async () => {
    assert.match(await promtool("test", "rules", file), /SUCCESS/);
  });
}
