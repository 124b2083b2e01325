import { sql } from "../storage/index.ts";
import type { Kysely, Tables } from "../storage/index.ts";
import type { Design, LabelKey, LabelledFields, StoredLabel } from "./label.ts";
import type { Truth } from "./resolve-truth.ts";
import { labelColumns, toStoredLabel, toText } from "./rows.ts";

/** A label that is new to the evaluation. */
export interface UnjoinedLabel extends LabelKey {
  id: number;
}

/** A truth as it is kept. */
export interface StoredTruth extends Truth {
  content: string;
}

/** Contents with the same label are many where a photo or a key is used again and again: they come in pages. */
export interface Page {
  /** Only contents behind this one; null from the beginning. */
  after: string | null;
  limit: number;
}

/** The oldest labels that the evaluation has not looked at yet. */
export async function unjoinedLabels(db: Kysely<Tables>, limit: number): Promise<UnjoinedLabel[]> {
  const rows = await db
    .selectFrom("labels")
    .select(["id", "key_kind", "key"])
    // Written out, or the partial index is not found.
    .where("is_joined", "=", sql.lit(0))
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ id: row.id, keyKind: row.key_kind as LabelKey["keyKind"], key: row.key }));
}

/** Notes that the evaluation has looked at these labels; at most some thousands. */
export async function markJoined(db: Kysely<Tables>, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await db.updateTable("labels").set({ is_joined: 1 }).where("id", "in", ids).execute();
}

/**
 * The contents that labels belong to, in order, each once. There may be more where as many come as were asked for: ask
 * again with the last as `after`. At most some thousands of labels at once.
 */
export async function contentsOfLabels(
  db: Kysely<Tables>,
  labels: readonly LabelKey[],
  { after, limit }: Page,
): Promise<string[]> {
  const keysOf = (kind: LabelKey["keyKind"]): string[] => [
    ...new Set(labels.filter(({ keyKind }) => keyKind === kind).map(({ key }) => key)),
  ];
  const { rows } = await sql<{ content: string }>`
    select content from garments where id in (${orNothing(keysOf("request_id"))}) and content > ${after ?? ""}
    union select content from garments where sample_id in (${orNothing(keysOf("sample_id"))}) and content > ${after ?? ""}
    union select content from images where sha256 in (${orNothing(keysOf("image_sha256"))}) and content > ${after ?? ""}
    order by content limit ${limit}`.execute(db);
  return rows.map(({ content }) => content);
}

/**
 * Every label that counts for each of these contents: by the ids and sample_ids of their garments and by the hashes of
 * their images, the newest of each annotator. Contents without a label are missing. At most some thousands at once.
 */
export async function labelsOfContents(
  db: Kysely<Tables>,
  contents: readonly string[],
): Promise<Map<string, StoredLabel[]>> {
  const found = new Map<string, StoredLabel[]>();
  if (contents.length === 0) return found;
  const keys = db
    .selectFrom("garments")
    .select(["content", sql<string>`'request_id'`.as("key_kind"), "id as key"])
    .where("content", "in", contents)
    .union(
      db
        .selectFrom("garments")
        .select(["content", sql<string>`'sample_id'`.as("key_kind"), sql<string>`sample_id`.as("key")])
        .where("content", "in", contents)
        .where("sample_id", "is not", null),
    )
    .union(
      db
        .selectFrom("images")
        .select(["content", sql<string>`'image_sha256'`.as("key_kind"), "sha256 as key"])
        .where("content", "in", contents),
    );
  const rows = await db
    .selectFrom(keys.as("keys"))
    .innerJoin("labels", (join) =>
      join.onRef("labels.key_kind", "=", "keys.key_kind").onRef("labels.key", "=", "keys.key"),
    )
    .select(["keys.content", ...labelColumns])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("labels as later")
            .select(sql.lit(1).as("one"))
            .whereRef("later.key_kind", "=", "labels.key_kind")
            .whereRef("later.key", "=", "labels.key")
            .whereRef("later.annotator", "=", "labels.annotator")
            .whereRef("later.id", ">", "labels.id"),
        ),
      ),
    )
    .execute();
  for (const { content, ...row } of rows) {
    const label = toStoredLabel(row);
    const known = found.get(content);
    if (known === undefined) found.set(content, [label]);
    else known.push(label);
  }
  return found;
}

/** Keeps truths, in place of older ones of the same contents; at most some thousands. */
export async function saveTruths(db: Kysely<Tables>, truths: readonly StoredTruth[], nowMs: number): Promise<void> {
  if (truths.length === 0) return;
  await db
    .insertInto("truths")
    .values(
      truths.map(({ content, labels, design, annotators, agreement }) => ({
        content,
        labels: toText(labels),
        design,
        annotators,
        agreement,
        updated_ms: nowMs,
      })),
    )
    .onConflict((conflict) =>
      conflict.column("content").doUpdateSet(({ ref }) => ({
        labels: ref("excluded.labels"),
        design: ref("excluded.design"),
        annotators: ref("excluded.annotators"),
        agreement: ref("excluded.agreement"),
        updated_ms: ref("excluded.updated_ms"),
      })),
    )
    .execute();
}

/** The truths that are kept of these contents. */
export async function readTruths(db: Kysely<Tables>, contents: readonly string[]): Promise<Map<string, Truth>> {
  if (contents.length === 0) return new Map();
  const rows = await db.selectFrom("truths").selectAll().where("content", "in", contents).execute();
  return new Map(
    rows.map(({ content, labels, design, annotators, agreement }) => [
      content,
      { labels: JSON.parse(labels) as LabelledFields, design: design as Design, annotators, agreement },
    ]),
  );
}

/** SQL's `in ()` takes no empty list. */
function orNothing(keys: readonly string[]) {
  return keys.length === 0 ? sql`null` : sql.join(keys);
}
