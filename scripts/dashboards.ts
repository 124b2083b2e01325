/**
 * `npm run dashboards`: writes what is generated from `grafana/src`: the boards' JSON, the rules of the objectives, and the
 * lists in docs/observability.md. `--check` fails where a file is not what would be written, and names the panel that differs.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { boards } from "../grafana/src/boards/index.ts";
import { describeDifference } from "../grafana/src/drift.ts";
import { observabilityPage } from "../grafana/src/observability-page.ts";
import { sloRules } from "../grafana/src/slo-rules.ts";
import { toDashboard } from "../grafana/src/to-dashboard.ts";

const page = "docs/observability.md";
const slo = "grafana/prometheus/rules/slo.yml";

const isCheck = process.argv.includes("--check");
let stale = 0;

write(slo, sloRules(), (found) => (found === null ? "is missing" : "was edited by hand, or its source has changed"));
for (const board of boards) {
  const wanted = `${JSON.stringify(toDashboard(board), null, 2)}\n`;
  write(`grafana/dashboards/${board.name}.json`, wanted, (found) => describeDifference(wanted, found));
}
for (const file of globSync("grafana/dashboards/*.json")) {
  if (boards.some(({ name }) => file === `grafana/dashboards/${name}.json`)) continue;
  console.error(`${file} belongs to no board in grafana/src/boards: write it there, or remove the file`);
  stale += 1;
}
write(page, observabilityPage(readFileSync(page, "utf8")), () => "lists other boards or alerts than there are");
process.exitCode = isCheck && stale > 0 ? 1 : 0;

function write(file: string, wanted: string, explain: (found: string | null) => string): void {
  const found = readOrNull(file);
  if (found === wanted) return;
  if (isCheck) {
    console.error(`${file}: ${explain(found)}. Change grafana/src, run \`npm run dashboards\` and commit both`);
    stale += 1;
    return;
  }
  writeFileSync(file, wanted);
  console.log(`wrote ${file}`);
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
