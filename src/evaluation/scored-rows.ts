import { sql } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Canonicalise } from "./canonicalise.ts";
import { meets } from "./slices.ts";
import type { Dimension, Slice, SliceFacts } from "./slices.ts";

/** Which scored rows a view is made of. */
export interface RowFilter {
  /** Answers made at or after this time; 0 for all. */
  sinceMs: number;
  /** Designs of truth that count. */
  designs: readonly string[];
  slices: readonly Slice[];
  /** What the rows will be grouped by, so that it is read. */
  by?: Dimension;
}

/** A scored row without its values: all that the statistics need. */
export interface ScoredRow {
  id: number;
  arm_id: string;
  origin: string;
  outcome: string;
  is_clean: number;
  latency_ms: number;
  inclusion: number;
  design: string;
  created_ms: number;
  scored_ms: number;
  weighted: number;
  quality: number;
  quality_partial: number;
  marks: string;
  truths: string;
}

export interface FoundRow extends ScoredRow {
  /** What conditions and dimensions look at; the JSON texts only where they are asked for. */
  facts: SliceFacts;
}

interface ReadOptions {
  canonicalise: Canonicalise;
  /** Backend of each arm that counts. */
  backends: ReadonlyMap<string, string>;
  /** Rows of a page. */
  pageRows?: number;
  /** Looked at between pages: true ends the reading, with what has been read so far. */
  isTimeUp?: () => boolean;
  /** Called once where time was up before the last row. */
  onCut?: () => void;
  /** Called for each row that only its design keeps out. */
  onLeftOut?: (design: string) => void;
}

/** The rows of a page are made and folded at one go, while which live requests wait. */
const defaultPageRows = 2_000;

/**
 * Scored rows, newest first, in pages. Ids grow with the time of scoring and an answer is scored after it was made, so the
 * reading ends at the first page that was scored before the window began.
 */
export async function* readScoredRows(
  { db }: Storage,
  filter: RowFilter,
  { canonicalise, backends, pageRows = defaultPageRows, isTimeUp, onCut, onLeftOut }: ReadOptions,
): AsyncGenerator<FoundRow[], void> {
  const { sinceMs, designs, slices, by } = filter;
  const needsTruth = by?.by === "field" || slices.some((slice) => slice.by === "field");
  const needsMetadata = by?.by === "metadata" || slices.some((slice) => slice.by === "metadata");
  const sources = slices.filter((slice) => slice.by === "source").map(({ value }) => value);
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    let query = db
      .selectFrom("scores")
      .select([
        "scores.id",
        "scores.arm_id",
        "scores.origin",
        "scores.outcome",
        "scores.is_clean",
        "scores.latency_ms",
        "scores.inclusion",
        "scores.design",
        "scores.created_ms",
        "scores.scored_ms",
        "scores.weighted",
        "scores.quality",
        "scores.quality_partial",
        "scores.marks",
        "scores.truths",
      ])
      .where("scores.id", "<", before)
      .orderBy("scores.id", "desc")
      .limit(pageRows)
      .$if(needsTruth, (q) => q.leftJoin("truths", "truths.content", "scores.content").select("truths.labels as truth"))
      .$if(needsMetadata, (q) =>
        q.leftJoin("garments", "garments.id", "scores.garment_id").select("garments.metadata"),
      );
    for (const source of sources) query = query.where(hasLabelOf(source));
    const rows = await query.execute();
    const found: FoundRow[] = [];
    for (const row of rows) {
      const backend = backends.get(row.arm_id);
      if (backend === undefined || row.created_ms < sinceMs) continue;
      const facts = { truth: row.truth ?? null, metadata: row.metadata ?? null, design: row.design, backend };
      if (!meets(slices, facts, canonicalise)) continue;
      if (designs.includes(row.design)) found.push({ ...row, facts });
      else onLeftOut?.(row.design);
    }
    yield found;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows || last.scored_ms < sinceMs) return;
    if (isTimeUp?.() === true) {
      onCut?.();
      return;
    }
    before = last.id;
  }
}

/**
 * Whether any label that reached the content came from this source, by any of its keys. SQLite takes the tables of a cross join
 * in the order in which they are written: from the garment to its labels, never the other way round.
 */
export function hasLabelOf(source: string) {
  return sql<boolean>`(
    exists (select 1 from garments g cross join labels l
      where g.content = scores.content and l.key_kind = 'request_id' and l.key = g.id and l.source = ${source})
    or exists (select 1 from garments g cross join labels l
      where g.content = scores.content and l.key_kind = 'sample_id' and l.key = g.sample_id and l.source = ${source})
    or exists (select 1 from images i cross join labels l
      where i.content = scores.content and l.key_kind = 'image_sha256' and l.key = i.sha256 and l.source = ${source}))`;
}
