import type { Clock } from "../../kernel/index.ts";
import type { ExportQuery } from "../../../schemas/index.ts";
import type { Scorer as Scoring } from "../../scoring/index.ts";
import type { Storage } from "../../storage/index.ts";
import { readArms } from "../arms.ts";
import type { Canonicalise } from "../canonicalise.ts";
import { readLeaderboard } from "../leaderboard.ts";
import { readRowFilter } from "../row-filter.ts";
import { csvHeader, toCsvLine } from "./csv.ts";
import { toModelIndex } from "./model-index.ts";
import { readExportRows } from "./rows.ts";
import type { ExportRow } from "./rows.ts";
import { toSftLine } from "./sft.ts";
import type { ImageReference } from "./sft.ts";

/** An export on its way: text in pieces, made as fast as they are taken. */
export interface Export {
  contentType: string;
  /** What a browser calls the file. */
  fileName: string;
  text: AsyncIterable<string>;
}

interface Parts {
  storage: Storage;
  clock: Clock;
  canonicalise: Canonicalise;
  consistency: Scoring["consistency"];
}

/**
 * Results and data for other tools. Everything that can be refused is refused before the first piece.
 * @throws GatewayError request_invalid
 */
export async function openExport(parts: Parts, query: ExportQuery): Promise<Export> {
  const { storage, clock, canonicalise } = parts;
  const { format, ...rows } = query;
  if (format === "model-index") {
    const board = await readLeaderboard(parts, { window: "all", ...rows });
    return {
      contentType: "application/yaml; charset=utf-8",
      fileName: "model-index.yaml",
      text: once(toModelIndex(board)),
    };
  }
  const filter = readRowFilter(
    rows,
    { window: "all", designs: "audit,import,review", nowMs: clock.wall() },
    canonicalise,
  );
  const arms = await readArms(storage);
  const pages = readExportRows(storage, { filter, canonicalise, arms });
  switch (format) {
    case "csv":
      return { contentType: "text/csv; charset=utf-8; header=present", fileName: "scores.csv", text: csv(pages) };
    case "jsonl":
      return { contentType: "application/x-ndjson; charset=utf-8", fileName: "scores.jsonl", text: jsonl(pages) };
    case "sft":
      return { contentType: "application/x-ndjson; charset=utf-8", fileName: "sft.jsonl", text: sft(storage, pages) };
  }
}

type Pages = AsyncIterable<readonly ExportRow[]>;

async function* once(text: string): AsyncGenerator<string, void> {
  yield text;
}

async function* jsonl(pages: Pages): AsyncGenerator<string, void> {
  for await (const page of pages) if (page.length > 0) yield page.map((row) => `${JSON.stringify(row)}\n`).join("");
}

async function* csv(pages: Pages): AsyncGenerator<string, void> {
  yield csvHeader;
  for await (const page of pages) if (page.length > 0) yield page.map(toCsvLine).join("");
}

/** Each garment once, with the first of its answers. */
async function* sft(storage: Storage, pages: Pages): AsyncGenerator<string, void> {
  for await (const page of pages) {
    const repeated = await findRepeated(storage, page);
    const first = page.filter(({ score_id: id }) => !repeated.has(id));
    const images = await readImages(storage, first);
    if (first.length > 0) yield first.map((row) => toSftLine(row, images.get(row.content) ?? [])).join("");
  }
}

/** The rows of a page whose garment has an earlier row, on this page or before. */
async function findRepeated({ db }: Storage, page: readonly ExportRow[]): Promise<Set<number>> {
  if (page.length === 0) return new Set();
  const rows = await db
    .selectFrom("scores")
    .select(["content"])
    .select(({ fn }) => fn.min("id").as("first"))
    .where("content", "in", [...new Set(page.map(({ content }) => content))])
    .groupBy("content")
    .execute();
  const firsts = new Set(rows.map(({ first }) => first));
  return new Set(page.map(({ score_id: id }) => id).filter((id) => !firsts.has(id)));
}

async function readImages({ db }: Storage, rows: readonly ExportRow[]): Promise<Map<string, ImageReference[]>> {
  if (rows.length === 0) return new Map();
  const garments = new Map(rows.map((row) => [row.content, row.garment]));
  const images = await db
    .selectFrom("images")
    .select(["content", "n", "view"])
    .where("content", "in", [...garments.keys()])
    .orderBy("n")
    .execute();
  const references = images.map(({ content, n, view }) => ({
    content,
    view,
    url: `/v1/garments/${encodeURIComponent(garments.get(content) ?? "")}/images/${n}`,
  }));
  return Map.groupBy(references, ({ content }) => content);
}
