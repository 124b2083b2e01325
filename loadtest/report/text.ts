import type { Table } from "../../bench/harness/bench.ts";
import { renderTable } from "../../bench/harness/table.ts";
import type { Run } from "../run.ts";
import { factsOf, verdictOf } from "./facts.ts";
import { tabulateCodes, tabulateFigures, tabulateInvariants, tabulateKinds, tabulatePhases } from "./tables.ts";

/** Everything but the charts, for a terminal; the same tables are on the page. */
export function renderText(run: Run): string {
  const { headline, faults } = verdictOf(run);
  return [
    factsOf(run)
      .map((fact) => `- ${fact}`)
      .join("\n"),
    ...tablesOf(run).map(renderTable),
    [headline, ...faults.map((fault) => `- ${fault}`)].join("\n"),
  ].join("\n\n");
}

export function tablesOf(run: Run): Table[] {
  return [
    tabulateFigures(run),
    tabulateInvariants(run),
    ...run.tables,
    tabulatePhases(run),
    tabulateKinds(run),
    tabulateCodes(run),
  ].filter(({ lines }) => lines.length > 0);
}
