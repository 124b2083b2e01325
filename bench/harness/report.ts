import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchResult, Row } from "./bench.ts";
import { describeConditions } from "./conditions.ts";
import type { Conditions } from "./conditions.ts";
import { renderTable, tabulateRows } from "./table.ts";

export interface Report {
  name: string;
  command: string;
  conditions: Conditions;
  isQuick: boolean;
  result: BenchResult;
}

/** The report as text: for a terminal and, word for word, for the documentation. */
export function renderReport({ command, conditions, isQuick, result }: Report): string {
  const notice =
    "A quick run: it shows that the bench runs. Its windows are too short for the figures to be held to anything.";
  const rows = isQuick ? result.rows.map(withoutReach) : result.rows;
  return [
    describeConditions(conditions, command),
    ...(isQuick ? [notice] : []),
    result.setup.map((sentence) => `- ${sentence}`).join("\n"),
    renderTable(tabulateRows(rows)),
    ...result.tables.map(renderTable),
  ].join("\n\n");
}

function withoutReach({ measure, unit, rounds, over }: Row): Row {
  return { measure, unit, rounds, over };
}

/** Writes the raw series and the charts; returns the folder's files. */
export function writeResults({ name, command, conditions, result }: Report, outDir: string): string[] {
  mkdirSync(outDir, { recursive: true });
  const { rows, tables, raw } = result;
  const json = join(outDir, `${name}.json`);
  writeFileSync(json, `${JSON.stringify({ name, command, conditions, rows, tables, raw })}\n`);
  return [json, ...writeCharts(result, outDir)];
}

/** Puts the report between its marks in a page, and the charts beside the page. */
export function writeDocs(report: Report, page: string, chartDir: string): string[] {
  const charts = writeCharts(report.result, chartDir);
  const images = report.result.charts.map(({ name, title }) => `![${title}](charts/${name}.svg)`);
  const text = readFileSync(page, "utf8");
  writeFileSync(page, replaceMarked(text, report.name, [renderReport(report), ...images].join("\n\n")));
  return [page, ...charts];
}

function writeCharts({ charts }: BenchResult, dir: string): string[] {
  mkdirSync(dir, { recursive: true });
  return charts.map(({ name, svg }) => {
    const file = join(dir, `${name}.svg`);
    writeFileSync(file, svg);
    return file;
  });
}

/** Replaces what stands between a bench's two marks; the text around them is written by hand. */
export function replaceMarked(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}: start -->`, `<!-- ${name}: end -->`];
  const [before, rest] = text.split(start) as [string, string | undefined];
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`the page lacks the marks ${start} and ${end}`);
  return `${before}${start}\n\n${content}\n\n${end}${after}`;
}
