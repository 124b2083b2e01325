import { sql } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { ArmPair } from "./arms.ts";

/** Whether labels find garments, and garments labels. */
export interface LabelHealth {
  lookedAt: number;
  withoutGarment: number;
  requestIdsLookedAt: number;
  requestIdsWithoutGarment: number;
  answersLookedAt: number;
  unlabelledAnswers: number;
}

const newestLabels = 5_000;
const newestAnswers = 2_000;
/** A label may come before the batch that its prediction is written in. */
const graceMs = 15 * 60_000;
const enoughLabels = 50;
const mostLost = 0.2;

/** Whether no garment has the key of a label, which the query calls `newest`. */
const isLost = sql`(
  (newest.key_kind = 'request_id' and not exists (select 1 from garments where garments.id = newest.key))
  or (newest.key_kind = 'sample_id' and not exists (select 1 from garments where garments.sample_id = newest.key))
  or (newest.key_kind = 'image_sha256' and not exists (select 1 from images where images.sha256 = newest.key)))`;

/** How many of these labels name nothing that is stored. */
export async function countLost({ db }: Storage, ids: readonly number[]): Promise<number> {
  const { rows } = await sql<{ lost: number }>`
    select count(*) as lost from labels as newest where newest.id in (${sql.join(ids)}) and ${isLost}`.execute(db);
  return rows[0]?.lost ?? 0;
}

/** Counts over the newest labels, and the newest answers of both arms. */
export async function readLabelHealth({ db }: Storage, arms: ArmPair | null, nowMs: number): Promise<LabelHealth> {
  const { rows: counts } = await sql<{ kind: string; labels: number; lost: number }>`
    select newest.key_kind as kind, count(*) as labels, sum(case when ${isLost} then 1 else 0 end) as lost
    from (select key_kind, key from labels where created_ms < ${nowMs - graceMs} order by id desc limit ${newestLabels}) as newest
    group by newest.key_kind`.execute(db);
  const requestIds = counts.find(({ kind }) => kind === "request_id");
  const answers =
    arms === null ? [] : await Promise.all([arms.baseline, arms.candidate].map(({ id }) => readAnswers(id)));
  return {
    lookedAt: sumOf(counts, ({ labels }) => labels),
    withoutGarment: sumOf(counts, ({ lost }) => lost),
    requestIdsLookedAt: requestIds?.labels ?? 0,
    requestIdsWithoutGarment: requestIds?.lost ?? 0,
    answersLookedAt: sumOf(answers, ({ answers }) => answers),
    unlabelledAnswers: sumOf(answers, ({ unlabelled }) => unlabelled),
  };

  async function readAnswers(armId: string): Promise<{ answers: number; unlabelled: number }> {
    const result = await sql<{ answers: number; unlabelled: number | null }>`
      select count(*) as answers, sum(case when truths.content is null then 1 else 0 end) as unlabelled
      from (select content from answers where arm_id = ${armId} order by created_ms desc limit ${newestAnswers}) as newest
      left join truths on truths.content = newest.content`.execute(db);
    const row = result.rows[0];
    return { answers: row?.answers ?? 0, unlabelled: row?.unlabelled ?? 0 };
  }
}

/**
 * Why the joins cannot be trusted, each a phrase. Only labels by request id tell: other keys may well be labelled long before
 * their garment comes, an answer's id cannot.
 */
export function findBrokenJoins({ requestIdsLookedAt, requestIdsWithoutGarment }: LabelHealth): string[] {
  if (requestIdsLookedAt < enoughLabels || requestIdsWithoutGarment <= mostLost * requestIdsLookedAt) return [];
  return [
    `joins broke: ${requestIdsWithoutGarment} of the newest ${requestIdsLookedAt} labels by request_id name an answer that is not stored`,
  ];
}

function sumOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}
