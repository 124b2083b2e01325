import type { AnswersTable, Kysely, Tables } from "../storage/index.ts";
import type { Insertable } from "../storage/index.ts";
import { armIdOf } from "./prediction.ts";
import type { AnswerRecord, ArmRecord, StoredPrediction } from "./prediction.ts";

/** Arms that are known to be in the store, so that each is written once. */
export interface ArmsSeen {
  /** Those not seen before, by id. */
  unseen(arms: readonly ArmRecord[]): Map<string, ArmRecord>;
  add(ids: Iterable<string>): void;
}

/** A caller's own wishes make arms, so their number has no natural end. */
const maxSeen = 1000;

export function createArmsSeen(): ArmsSeen {
  const seen = new Set<string>();
  return {
    unseen(arms) {
      const found = new Map(arms.map((arm) => [armIdOf(arm), arm]));
      for (const id of found.keys()) if (seen.has(id)) found.delete(id);
      return found;
    },
    add(ids) {
      if (seen.size > maxSeen) seen.clear();
      for (const id of ids) seen.add(id);
    },
  };
}

/** Blobs in one statement: a bound on its size, and on what the driver copies at once. */
const imagesPerInsert = 16;

/**
 * Commits a batch in one transaction. Rows that are there already stay as they are: of an arm's answers about a content
 * the first one counts.
 */
export async function writeBatch(
  db: Kysely<Tables>,
  stored: readonly StoredPrediction[],
  extra: readonly AnswerRecord[],
  arms: ArmsSeen,
): Promise<void> {
  const samples = stored.flatMap(({ prediction }) => prediction.sample ?? []);
  const live = samples.map(({ answer }) => answer);
  const newArms = arms.unseen([
    ...stored.map(({ prediction }) => prediction.arm),
    ...[...live, ...extra].map(({ arm }) => arm),
  ]);
  const garments = stored.map(({ prediction }) => garmentRow(prediction));
  const images = stored.flatMap(({ prediction }) => imageRows(prediction));
  const bytes = stored.flatMap(bytesRows);

  await db.transaction().execute(async (tx) => {
    if (newArms.size > 0) {
      const rows = [...newArms].map(([id, arm]) =>
        armRow(id, arm, stored[0]?.prediction.createdMs ?? extra[0]?.createdMs ?? 0),
      );
      await tx
        .insertInto("arms")
        .values(rows)
        .onConflict((on) => on.column("id").doNothing())
        .execute();
    }
    if (garments.length > 0) {
      await tx
        .insertInto("garments")
        .values(garments)
        .onConflict((on) => on.column("id").doNothing())
        .execute();
      await tx
        .insertInto("images")
        .values(images)
        .onConflict((on) => on.columns(["content", "n"]).doNothing())
        .execute();
    }
    for (let at = 0; at < bytes.length; at += imagesPerInsert) {
      const some = bytes.slice(at, at + imagesPerInsert);
      await tx
        .insertInto("image_bytes")
        .values(some)
        .onConflict((on) => on.columns(["content", "n"]).doNothing())
        .execute();
    }
    // What was erased meanwhile must not come back by a mirrored answer.
    const known = await findKnown(tx, extra);
    const answers = [...live, ...extra.filter(({ content }) => known.has(content))];
    if (answers.length > 0) {
      const rows = answers.map(answerRow);
      await tx
        .insertInto("answers")
        .values(rows)
        .onConflict((on) => on.columns(["content", "arm_id"]).doNothing())
        .execute();
    }
  });
  arms.add(newArms.keys());
}

async function findKnown(db: Kysely<Tables>, answers: readonly AnswerRecord[]): Promise<ReadonlySet<string>> {
  if (answers.length === 0) return new Set();
  const contents = [...new Set(answers.map(({ content }) => content))];
  const rows = await db.selectFrom("garments").select("content").distinct().where("content", "in", contents).execute();
  return new Set(rows.map(({ content }) => content));
}

/** Of these contents and arms, those that have an answer: `CONTENT ARM_ID`. At most some thousands at once. */
export async function findAnswered(
  db: Kysely<Tables>,
  wanted: readonly { content: string; armId: string }[],
): Promise<ReadonlySet<string>> {
  if (wanted.length === 0) return new Set();
  const contents = [...new Set(wanted.map(({ content }) => content))];
  const rows = await db.selectFrom("answers").select(["content", "arm_id"]).where("content", "in", contents).execute();
  return new Set(rows.map(({ content, arm_id: armId }) => `${content} ${armId}`));
}

/** Has the answers about these contents held against labels anew: a garment that came after its label brings it along. */
export async function scoreAgain(db: Kysely<Tables>, contents: readonly string[]): Promise<void> {
  if (contents.length === 0) return;
  await db.updateTable("answers").set({ is_scored: 0 }).where("content", "in", contents).execute();
}

function armRow(id: string, arm: ArmRecord, firstSeenMs: number) {
  const { backend, model, quantization, fingerprint, prompt, schema, preparation, simulated } = arm;
  const parts = { backend, model, quantization, fingerprint, prompt, schema, preparation };
  return { id, ...parts, simulated: simulated ? 1 : 0, first_seen_ms: firstSeenMs };
}

function garmentRow(prediction: StoredPrediction["prediction"]) {
  return {
    id: prediction.garmentId,
    content: prediction.content,
    sample_id: prediction.sampleId,
    metadata: jsonOrNull(prediction.metadata),
    created_ms: prediction.createdMs,
    arm_id: armIdOf(prediction.arm),
    cache: prediction.cache,
    tier: prediction.tier,
    degraded: jsonOrNull(prediction.degraded),
    attributes: JSON.stringify(prediction.attributes),
    confidence: JSON.stringify(prediction.confidence),
  };
}

function imageRows({ content, uploads }: StoredPrediction["prediction"]) {
  return uploads.map(({ view, sha256, width, height }, n) => ({ content, n, view, sha256, width, height }));
}

function bytesRows({ prediction: { content, sample, arm, createdMs }, imageInclusion: inclusion }: StoredPrediction) {
  return (inclusion === null ? [] : (sample?.images ?? [])).map(({ jpeg, visionTokens }, n) => ({
    content,
    n,
    jpeg,
    bytes: jpeg.length,
    vision_tokens: visionTokens,
    preparation: arm.preparation,
    inclusion: inclusion ?? 1,
    stored_ms: createdMs,
  }));
}

function answerRow(answer: AnswerRecord): Insertable<AnswersTable> {
  return {
    content: answer.content,
    arm_id: armIdOf(answer.arm),
    garment_id: answer.garmentId,
    origin: answer.origin,
    outcome: answer.outcome,
    failure: answer.failure,
    attributes: jsonOrNull(answer.attributes),
    confidence: jsonOrNull(answer.confidence),
    is_clean: answer.isClean ? 1 : 0,
    attempts: answer.attempts,
    latency_ms: answer.latencyMs,
    prompt_tokens: answer.promptTokens,
    completion_tokens: answer.completionTokens,
    inclusion: answer.inclusion,
    created_ms: answer.createdMs,
    is_scored: 0,
  };
}

function jsonOrNull(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
