import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { absentMetrics } from "../../../grafana/src/absent.ts";
import { boards } from "../../../grafana/src/boards/index.ts";
import { describeDifference } from "../../../grafana/src/drift.ts";
import { metricsIn, withoutSuffix } from "../../../grafana/src/promql.ts";
import { toDashboard } from "../../../grafana/src/to-dashboard.ts";
import { allMetrics, gatewayMetrics, unknownMetrics } from "../../support/known-metrics.ts";

const panels = boards.flatMap((board) =>
  board.rows.flatMap(({ panels: inRow }) => inRow.map((panel) => ({ ...panel, board: board.name }))),
);

test("every metric in the code is on a panel, or listed as absent with a reason, and never both", async () => {
  const shown = new Set(
    panels.flatMap(({ queries }) =>
      queries.flatMap(([expr]) => metricsIn(expr).flatMap((name) => [name, withoutSuffix(name)])),
    ),
  );
  const names = await gatewayMetrics();
  assert.deepEqual(
    names.filter((name) => !shown.has(name) && absentMetrics[name] === undefined),
    [],
    "neither on a panel nor in grafana/src/absent.ts",
  );
  assert.deepEqual(
    Object.keys(absentMetrics).filter((name) => shown.has(name) || !names.includes(name)),
    [],
    "listed as absent, but on a panel, or not in the code",
  );
  for (const reason of Object.values(absentMetrics)) assert.ok(reason.length > 15, reason);
});

test("every metric of the gateway is in docs/metrics.md", async () => {
  const page = readFileSync("docs/metrics.md", "utf8");
  for (const name of (await gatewayMetrics()).filter((each) => each.startsWith("garment_gateway_"))) {
    assert.ok(page.includes(`\`${name}\``), name);
  }
});

test("every metric that a panel or a variable reads exists: in the code, in vLLM's or dcgm-exporter's exposition, or in a rule", async () => {
  const known = await allMetrics();
  for (const { board, title, queries } of panels) {
    for (const [expr] of queries) assert.deepEqual(unknownMetrics(expr, known), [], `${board}: ${title}`);
  }
  for (const { name, variables } of boards) {
    for (const { metric } of variables) assert.ok(known.has(metric), `${name} asks ${metric}`);
  }
  assert.deepEqual(unknownMetrics('sum by (le) (rate(garment_gateway_retrys_total{a="b"}[5m])) > 1e9 or up', known), [
    "garment_gateway_retrys_total",
  ]);
});

test("a board edited by hand is told from the code's, and the panel and its members are named", () => {
  const [overview] = boards;
  assert.ok(overview);
  const made = JSON.stringify(toDashboard(overview));
  const edit = (
    change: (board: { title: string; panels: { title: string; targets?: { expr: string }[] }[] }) => void,
  ) => {
    const board = JSON.parse(made) as Parameters<typeof change>[0];
    change(board);
    return describeDifference(made, JSON.stringify(board));
  };
  const admission = (board: { panels: { title: string; targets?: { expr: string }[] }[] }) =>
    board.panels.findIndex(({ title }) => title === "Admission");
  assert.equal(
    edit((board) => {
      const target = board.panels[admission(board)]?.targets?.[0];
      if (target !== undefined) target.expr = "up";
    }),
    'panel "Admission" was edited (targets)',
  );
  assert.equal(
    edit((board) => board.panels.splice(admission(board), 1)),
    'panel "Admission" was removed',
  );
  assert.equal(
    edit((board) => void board.panels.push({ title: "Mine" })),
    'panel "Mine" was added',
  );
  assert.equal(
    edit((board) => void (board.title = "Ours")),
    "the board was edited (title)",
  );
  assert.equal(describeDifference(made, "{"), "is no JSON");
  assert.equal(describeDifference(made, null), "is missing");
});

test("each board's file is what the code makes, in Grafana's schema: unique ids, titles, one datasource, a grid without overlaps", () => {
  for (const board of boards) {
    const dashboard = toDashboard(board);
    const file = readFileSync(`grafana/dashboards/${board.name}.json`, "utf8");
    assert.equal(file, `${JSON.stringify(dashboard, null, 2)}\n`, board.name);
    const read = JSON.parse(file) as { panels: Record<string, unknown>[]; uid: string };
    assert.match(read.uid, /^[a-z0-9-]{1,40}$/);
    assert.equal(new Set(read.panels.map(({ id }) => id)).size, read.panels.length);
    const titles = read.panels.filter(({ type }) => type !== "row").map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length, board.name);
    const taken = new Set<string>();
    for (const panel of read.panels) {
      const { x, y, w, h } = panel["gridPos"] as Record<"x" | "y" | "w" | "h", number>;
      assert.ok(x + w <= 24, `${board.name}: ${String(panel["title"])} is wider than the grid`);
      for (let column = x; column < x + w; column += 1) {
        for (let line = y; line < y + h; line += 1) {
          assert.ok(!taken.has(`${column} ${line}`), `${board.name}: ${String(panel["title"])} lies on another`);
          taken.add(`${column} ${line}`);
        }
      }
      if (panel["type"] === "row") continue;
      assert.deepEqual(panel["datasource"], { type: "prometheus", uid: "${datasource}" });
      assert.ok((panel["description"] as string).length > 10, String(panel["title"]));
    }
  }
});
