import { labelsOfContents, resolveTruth, saveTruths } from "../labels/index.ts";
import type { StoredLabel, StoredTruth, Truth } from "../labels/index.ts";
import type { ScoreFields } from "../scoring/index.ts";
import type { Attributes } from "../../schemas/index.ts";
import { sql } from "../storage/index.ts";
import type { Insertable, Kysely, ScoresTable, Storage, Tables } from "../storage/index.ts";
import type { Canonicalise } from "./canonicalise.ts";

export interface JudgedRecord {
  /** null: it failed. */
  attributes: Attributes | null;
  labels: Truth["labels"];
}

/** Holds answers against truths. */
export interface Judge {
  canonicalise: Canonicalise;
  scoreFields: ScoreFields;
  /** The composite of each record; partial where parts of it are missing. */
  qualitiesOf(records: readonly JudgedRecord[]): Promise<readonly { value: number; partial: boolean }[]>;
  scorerVersion: string;
}

/** What became of some contents. */
export interface Scored {
  /** Contents that labels describe. */
  labelled: string[];
  /** Answers that were scored for the first time, and anew. */
  added: number;
  changed: number;
  /** Answers that count for nothing, because the arm has answered other photos of the same sample before. */
  repeated: number;
}

type ScoreRow = Omit<Insertable<ScoresTable>, "id" | "scored_ms" | "rescored_ms">;

/** Any number does, as long as every gateway of one store takes the same. */
const lockId = 7_204_311;

/**
 * Resolves the truths of these contents and scores every answer about them; doing it again changes nothing. Scored rows are
 * written by one gateway at a time, so that their ids become visible in order, and no older truth is written over a newer one.
 * @param contents at most some hundreds
 */
export async function scoreContents(
  storage: Storage,
  judge: Judge,
  contents: readonly string[],
  nowMs: number,
): Promise<Scored> {
  if (contents.length === 0) return { labelled: [], added: 0, changed: 0, repeated: 0 };
  const { db, dialect } = storage;
  for (;;) {
    // Outside of a transaction, which would keep others waiting while scores are worked out.
    const votes = await labelsOfContents(db, contents);
    const work = await prepare(db, judge, votes);
    const scored = await db.transaction().execute(async (tx) => {
      // SQLite has this one process, and this is its only writer of scores.
      if (dialect === "postgres") {
        await sql`select pg_advisory_xact_lock(${lockId})`.execute(tx);
        if (idsOf(await labelsOfContents(tx, contents)) !== idsOf(votes)) return null;
      }
      return await write(tx, work, nowMs);
    });
    if (scored !== null) return scored;
  }
}

type Votes = Map<string, StoredLabel[]>;

function idsOf(votes: Votes): string {
  return [...votes.values()]
    .flatMap((labels) => labels.map(({ id }) => id))
    .sort((a, b) => a - b)
    .join();
}

interface Work {
  truths: StoredTruth[];
  rows: ScoreRow[];
}

async function prepare(db: Kysely<Tables>, judge: Judge, votes: Votes): Promise<Work> {
  const truths = new Map<string, Truth>();
  for (const [content, labels] of votes) {
    const truth = resolveTruth(labels, judge.canonicalise);
    if (truth !== null) truths.set(content, truth);
  }
  if (truths.size === 0) return { truths: [], rows: [] };
  const answers = await db
    .selectFrom("answers")
    .leftJoin("garments", "garments.id", "answers.garment_id")
    .selectAll("answers")
    .select("garments.sample_id")
    .where("answers.content", "in", [...truths.keys()])
    .orderBy("answers.id")
    .execute();
  const records = answers.map(({ content, attributes }) => ({
    attributes: attributes === null ? null : (JSON.parse(attributes) as Attributes),
    labels: (truths.get(content) as Truth).labels,
  }));
  const qualities = await judge.qualitiesOf(records);
  const rows = answers.flatMap((answer, at): ScoreRow[] => {
    const { attributes, labels } = records[at] as JudgedRecord;
    const { marks, truths: kinds, weighted } = judge.scoreFields(attributes, labels);
    const quality = qualities[at];
    if (weighted === null || quality === undefined) return [];
    return [
      {
        content: answer.content,
        arm_id: answer.arm_id,
        sample_id: answer.sample_id,
        garment_id: answer.garment_id,
        origin: answer.origin,
        outcome: answer.outcome,
        is_clean: answer.is_clean,
        latency_ms: answer.latency_ms,
        inclusion: answer.inclusion,
        design: (truths.get(answer.content) as Truth).design,
        created_ms: answer.created_ms,
        scorer: judge.scorerVersion,
        weighted,
        quality: quality.value,
        quality_partial: Number(quality.partial),
        marks,
        truths: kinds,
      },
    ];
  });
  const stored = [...truths].map(([content, truth]) => Object.assign({ content }, truth));
  return { truths: stored, rows };
}

async function write(db: Kysely<Tables>, { truths, rows }: Work, nowMs: number): Promise<Scored> {
  const labelled = truths.map(({ content }) => content);
  await saveTruths(db, truths, nowMs);
  if (rows.length === 0) return { labelled, added: 0, changed: 0, repeated: 0 };
  const known = await db.selectFrom("scores").selectAll().where("content", "in", labelled).execute();
  const knownByKey = new Map(known.map((row) => [keyOf(row), row]));
  let changed = 0;
  for (const row of rows) {
    const before = knownByKey.get(keyOf(row));
    if (before === undefined || isSame(before, row)) continue;
    changed += 1;
    const { scorer, design, weighted, quality, quality_partial, marks, truths: kinds } = row;
    await db
      .updateTable("scores")
      // It must move, even within a millisecond: who has taken the row in sees by it that it changed.
      .set({ scorer, design, weighted, quality, quality_partial, marks, truths: kinds })
      .set({ rescored_ms: Math.max(nowMs, before.rescored_ms + 1) })
      .where("id", "=", before.id)
      .execute();
  }
  const fresh = rows.filter((row) => !knownByKey.has(keyOf(row)));
  const added = await insert(db, fresh, nowMs);
  return { labelled, added, changed, repeated: fresh.length - added };
}

/** The first answer of an arm about a sample counts, so one that comes later is left out. */
async function insert(db: Kysely<Tables>, rows: readonly ScoreRow[], nowMs: number): Promise<number> {
  let added = 0;
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    const [result] = await db
      .insertInto("scores")
      .values(
        rows
          .slice(start, start + rowsPerInsert)
          .map((row) => Object.assign({ scored_ms: nowMs, rescored_ms: nowMs }, row)),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    added += Number(result?.numInsertedOrUpdatedRows ?? 0);
  }
  return added;
}

/** Nineteen values each; databases take some ten thousands a query. */
const rowsPerInsert = 500;

function keyOf({ content, arm_id: arm }: { content: string; arm_id: string }): string {
  return `${content} ${arm}`;
}

const scoredColumns = ["scorer", "design", "weighted", "quality", "quality_partial", "marks", "truths"] as const;

function isSame(a: ScoreRow, b: ScoreRow): boolean {
  return scoredColumns.every((column) => a[column] === b[column]);
}
