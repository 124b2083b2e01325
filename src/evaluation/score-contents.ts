import { labelsOfContents, resolveTruth, saveTruths } from "../labels/index.ts";
import type { StoredLabel, StoredTruth, Truth } from "../labels/index.ts";
import { sql } from "../storage/index.ts";
import type { Kysely, Storage, Tables } from "../storage/index.ts";
import { judgeAnswers, keyOf } from "./judge-answers.ts";
import type { Judge, ScoreRow } from "./judge-answers.ts";

/** What became of some contents. */
export interface Scored {
  /** Contents that labels describe. */
  labelled: string[];
  /** Answers that were scored for the first time, and anew. */
  added: number;
  changed: number;
  /** Answers that count for nothing, because the arm has answered other photos of the same sample before. */
  repeated: number;
  /** One error for each content that cannot be judged. What is known of it already stays as it is. */
  defects: readonly unknown[];
}

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
  if (contents.length === 0) return { labelled: [], added: 0, changed: 0, repeated: 0, defects: [] };
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
      return await write(tx, await leaveOutErased(tx, dialect, work), nowMs);
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
  defects: unknown[];
}

async function prepare(db: Kysely<Tables>, judge: Judge, votes: Votes): Promise<Work> {
  const truths = new Map<string, Truth>();
  const defects: unknown[] = [];
  for (const [content, labels] of votes) {
    try {
      const truth = resolveTruth(labels, judge.canonicalise);
      if (truth !== null) truths.set(content, truth);
    } catch (error) {
      defects.push(error);
    }
  }
  if (truths.size === 0) return { truths: [], rows: [], defects };
  const answers = await db
    .selectFrom("answers")
    .leftJoin("garments", "garments.id", "answers.garment_id")
    .selectAll("answers")
    .select("garments.sample_id")
    .where("answers.content", "in", [...truths.keys()])
    .orderBy("answers.id")
    .execute();
  const judged = await judgeAnswers(judge, answers, truths);
  const stored = [...truths].map(([content, truth]) => Object.assign({ content }, truth));
  return { truths: stored, rows: judged.rows, defects: [...defects, ...judged.defects] };
}

/**
 * What was erased while it was judged must not come back. Erasing removes the images before truths and scores: holding on to
 * them here either waits for its end, or lets it find what is written now.
 */
async function leaveOutErased(tx: Kysely<Tables>, dialect: Storage["dialect"], work: Work): Promise<Work> {
  const contents = work.truths.map(({ content }) => content);
  if (contents.length === 0) return work;
  if (dialect === "postgres") {
    await tx.selectFrom("images").select("n").where("content", "in", contents).orderBy("content").forShare().execute();
  }
  const rows = await tx.selectFrom("garments").select("content").distinct().where("content", "in", contents).execute();
  const alive = new Set(rows.map(({ content }) => content));
  return {
    ...work,
    truths: work.truths.filter(({ content }) => alive.has(content)),
    rows: work.rows.filter(({ content }) => alive.has(content)),
  };
}

async function write(db: Kysely<Tables>, { truths, rows, defects }: Work, nowMs: number): Promise<Scored> {
  const labelled = truths.map(({ content }) => content);
  await saveTruths(db, truths, nowMs);
  if (rows.length === 0) return { labelled, added: 0, changed: 0, repeated: 0, defects };
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
  return { labelled, added, changed, repeated: fresh.length - added, defects };
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

const scoredColumns = ["scorer", "design", "weighted", "quality", "quality_partial", "marks", "truths"] as const;

function isSame(a: ScoreRow, b: ScoreRow): boolean {
  return scoredColumns.every((column) => a[column] === b[column]);
}
