import type { Table } from "../../bench/harness/bench.ts";
import type { Run } from "../run.ts";
import { drawCharts } from "./charts.ts";
import { factsOf, verdictOf } from "./facts.ts";
import { cutIntoBins } from "./series.ts";
import { tablesOf } from "./text.ts";

/** The report as one HTML file: charts drawn in place, nothing fetched from anywhere. */
export function renderPage(run: Run): string {
  const { passes, headline, faults } = verdictOf(run);
  const charts = drawCharts(run, cutIntoBins(run));
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(headline)}</title><style>${style}</style></head><body><main>`,
    `<h1>${escapeHtml(run.name)} <span class="${passes ? "good" : "bad"}">${passes ? "passes" : "fails"}</span></h1>`,
    `<p class="quiet">${escapeHtml(run.startedAt)}</p>`,
    renderList(faults, "bad"),
    renderList(factsOf(run), ""),
    '<div class="charts">',
    ...charts.map(({ svg, caption }) => `<figure>${svg}<figcaption>${escapeHtml(caption)}</figcaption></figure>`),
    "</div>",
    ...tablesOf(run).map(renderHtmlTable),
    "</main></body></html>\n",
  ].join("\n");
}

function renderList(items: readonly string[], name: string): string {
  if (items.length === 0) return "";
  return `<ul class="${name}">${items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;
}

function renderHtmlTable({ title, columns, lines }: Table): string {
  const head = columns.map((column) => `<th>${escapeHtml(column)}</th>`).join("");
  const rows = lines.map((line) => `<tr>${line.map(renderCell).join("")}</tr>`);
  return `<h2>${escapeHtml(title)}</h2><div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function renderCell(text: string): string {
  const isNumber = /^-?[\d.]+( (ms|%|s)|\/s)?$/.test(text);
  const isBad = text === "VIOLATED" || text === "MISSED";
  const isGood = text === "holds" || text === "reached";
  const names = [...(isNumber ? ["number"] : []), ...(isBad ? ["bad"] : []), ...(isGood ? ["good"] : [])];
  return `<td${names.length > 0 ? ` class="${names.join(" ")}"` : ""}>${escapeHtml(text)}</td>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/`([^`]*)`/g, "<code>$1</code>");
}

const style =
  ":root{color-scheme:light dark;--ground:#fff;--ink:#222;--quiet:#666;--line:#ddd;--good:#007f5f;--bad:#b3261e}" +
  "@media(prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#ddd;--quiet:#999;--line:#30363d;--good:#2fc79b;--bad:#ff8a80}}" +
  "body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}" +
  "main{max-width:1240px;margin:0 auto;padding:24px}h1{margin:0}h2{margin:32px 0 8px;font-size:18px}" +
  ".quiet,figcaption{color:var(--quiet)}.good{color:var(--good)}.bad{color:var(--bad)}ul{padding-left:20px}" +
  ".charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:16px;margin:24px 0}" +
  "figure{margin:0;border:1px solid var(--line);border-radius:6px;overflow:hidden}figure svg{display:block;width:100%}" +
  "figcaption{padding:6px 12px 10px;font-size:13px}.wide{overflow-x:auto}" +
  "table{border-collapse:collapse;font-size:14px}th,td{padding:4px 12px;border-bottom:1px solid var(--line);text-align:left}" +
  "td.number{text-align:right;font-variant-numeric:tabular-nums}code{font-size:.92em}";
