import type { Reach, Row, Table, Unit } from "./bench.ts";
import { median } from "./statistics.ts";

/** A figure with its unit; Infinity never happened, NaN was not measured. */
export function formatFigure(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return "not measured";
  if (!Number.isFinite(value)) return "never";
  switch (unit) {
    case "ratio":
      return value.toFixed(3);
    case "share":
      return `${(value * 100).toFixed(1)} %`;
    case "ms":
      return `${Math.round(value)} ms`;
    case "cpu_ms":
      return `${value.toFixed(2)} CPU-ms`;
    case "s":
      return `${value.toFixed(1)} s`;
    case "per_s":
      return `${value.toFixed(1)}/s`;
    case "count":
      return value.toFixed(0);
  }
}

/** Whether a figure is good enough; what was not measured is not. */
export function isWithin(value: number, { atLeast = -Infinity, atMost = Infinity }: Reach): boolean {
  return value >= atLeast && value <= atMost;
}

/** The result's rows as a table: figure, denominator, spread over the rounds, what to reach. */
export function tabulateRows(rows: readonly Row[]): Table {
  return {
    title: "",
    columns: ["measure", "figure", "over", "rounds", "reach", ""],
    lines: rows.map((row) => {
      const value = median(row.rounds);
      const { reach } = row;
      return [
        row.measure,
        formatFigure(value, row.unit),
        row.over,
        row.rounds.length > 1 ? row.rounds.map((each) => formatFigure(each, row.unit)).join(", ") : "",
        reach === undefined ? "" : formatReach(reach, row.unit),
        reach === undefined ? "" : isWithin(value, reach) ? "reached" : "**missed**",
      ];
    }),
  };
}

function formatReach({ atLeast, atMost }: Reach, unit: Unit): string {
  return [
    ...(atLeast === undefined ? [] : [`≥ ${formatFigure(atLeast, unit)}`]),
    ...(atMost === undefined ? [] : [`≤ ${formatFigure(atMost, unit)}`]),
  ].join(", ");
}

/** Markdown whose columns also stand under each other in a terminal. */
export function renderTable({ title, columns, lines }: Table): string {
  const widths = columns.map((column, at) =>
    Math.max(3, column.length, ...lines.map((line) => (line[at] ?? "").length)),
  );
  const render = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => (cells[at] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const heading = title === "" ? "" : `### ${title}\n\n`;
  return `${heading}${[render(columns), rule, ...lines.map(render)].join("\n")}`;
}
