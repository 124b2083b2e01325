import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { boards } from "../../grafana/src/boards/index.ts";
import { chat, otherFormats, pause, photo, postLabels, postPhoto, startLoad } from "../support/background-load.ts";
import { fixedAttributes } from "../support/fixed-vision.ts";
import { startObservedFleet } from "../support/observed-fleet.ts";
import { prometheusIsMissing } from "../support/prometheus.ts";
import type { Prometheus } from "../support/prometheus.ts";
import { startSemanticsServer } from "../support/semantics-server.ts";

interface PanelJson {
  title: string;
  type: string;
  targets?: { refId: string; expr: string }[];
}

interface Question {
  /** Board, panel and query, for people. */
  name: string;
  expr: string;
}

/** Every query of every panel, from the JSON files that Grafana gets. */
function allQuestions(): Question[] {
  return boards.flatMap(({ name: board }) => {
    const file = JSON.parse(readFileSync(`grafana/dashboards/${board}.json`, "utf8")) as { panels: PanelJson[] };
    return file.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ refId, expr }) => ({
        name: `${board}: ${title}, query ${refId}`,
        expr,
      })),
    );
  });
}

/** What Grafana puts in place of variables while everything is chosen, and a short window. */
function substitute(expr: string): string {
  const filled = expr.replaceAll("$__rate_interval", "15s").replaceAll(/\$(?:job|backend|model|gpu)\b/g, ".*");
  assert.ok(!filled.includes("$"), `a variable that the test does not know: ${expr}`);
  return filled;
}

/** The names of queries that have no number to show between the two times. */
async function findEmpty(
  prometheus: Prometheus,
  questions: readonly Question[],
  from: number,
  to: number,
): Promise<string[]> {
  const empty: string[] = [];
  for (const { name, expr } of questions) {
    const series = await prometheus.queryRange(substitute(expr), from, to, 1);
    const hasNumber = series.some(({ values }) => values.some(([, value]) => value !== "NaN"));
    if (!hasNumber) empty.push(`${name}: ${expr}`);
  }
  return empty;
}

test(
  "no panel of any board is empty on a real Prometheus that scrapes a gateway under load",
  { skip: prometheusIsMissing },
  async (t) => {
    const semantics = await startSemanticsServer();
    t.after(() => semantics.close());
    const fleet = await startObservedFleet(t, {
      rules: [readFileSync("grafana/prometheus/rules/slo.yml", "utf8")],
      simulators: [{ maxNumSeqs: 16 }, { build: "nvfp4", seed: 2, speed: 4 }],
      config: {
        admission: { max_queue: 24, brown_out: { enabled: true } },
        shadow: { mirror_rate: 1, decision: { min_pairs: 5 }, replay: { enabled: true, per_hour: 36_000 } },
        evaluation: {
          semantics: {
            sbert: { url: semantics.url, api: "tei" },
            nli: { url: semantics.url, api: "tei" },
          },
        },
      },
    });
    const { url, prometheus } = fleet;
    const from = Date.now() / 1000;
    const formats = await otherFormats();
    const fresh = { "cache-control": "no-store" };
    const kinds: ((n: number) => Promise<Response>)[] = [
      (n) => postPhoto(url, photo(n)),
      (n) => postPhoto(url, photo(n), { "x-priority": "bulk" }),
      () => postPhoto(url, photo(0)),
      (n) => chat(url, photo(n), n % 2 === 0),
      (n) => postPhoto(url, formats[n % formats.length]?.bytes as Buffer, fresh),
      () => postPhoto(url, Buffer.from("no image")),
      (n) => postPhoto(url, photo(n), fresh, "?deadline_ms=120"),
      (n) => postLabels(url, [photo(n - 7), photo(n - 6)], fixedAttributes),
      () => fetch(`${url}/v1/nothing-here`),
      () => score(url),
    ];
    const load = startLoad(t, { callers: 6, send: (n) => (kinds[n % kinds.length] as (typeof kinds)[0])(n) });
    await pause(8);
    fleet.setFaults(0, { kind: "error-500", rate: 0.3 }, { kind: "invalid-json", rate: 0.3 });
    const burst = startLoad(t, { callers: 80, send: (n) => postPhoto(url, photo(100_000 + n), fresh) });
    await pause(5);
    fleet.setFaults(0, { kind: "refuse-connections" });
    await pause(3);
    fleet.setFaults(0);
    await burst.stop();
    await pause(12);
    const to = Date.now() / 1000;
    await load.stop();

    const statuses = [...load.statuses.keys(), ...burst.statuses.keys()];
    for (const status of [200, 404, 503])
      assert.ok(statuses.includes(status), `the load saw no ${status}: ${statuses.join()}`);
    const questions = allQuestions();
    assert.deepEqual(await findEmpty(prometheus, questions, from, to), [], "panels without data");

    for (const { name, variables } of boards) {
      for (const { metric, of } of variables) {
        assert.ok((await prometheus.labelValues(of, metric)).length > 0, `${name}: nothing to choose for ${of}`);
      }
    }

    const broken = questions.map((question) => ({ ...question, expr: misspelt(question.expr) }));
    const found = await findEmpty(prometheus, broken, from, to);
    assert.equal(found.length, questions.length, "a misspelt metric is an empty panel, whichever it is");
    assert.match(found[0] as string, /^overview: Availability, query A: /);
  },
);

/** The query with its last metric's name broken. */
function misspelt(expr: string): string {
  return expr.replaceAll(/\b(garment_gateway|vllm|DCGM_FI|nodejs|process|http_requests)(?=[_:])/g, "$1_no");
}

function score(url: string): Promise<Response> {
  return fetch(`${url}/v1/score`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      prediction: { type: "dress", color: "dark red", defect_type: "small hole at the left sleeve" },
      reference: { type: "skirt", color: "red", defect_type: "a tear on the arm" },
    }),
  });
}
