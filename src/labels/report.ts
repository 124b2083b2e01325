import { sql } from "../storage/index.ts";
import type { Kysely, Tables } from "../storage/index.ts";
import { keyKinds } from "./label.ts";
import type { KeyKind, LabelKey, StoredLabel } from "./label.ts";
import { findConflicts, resolveTruth } from "./resolve-truth.ts";
import type { Canonicalise, Conflict, Truth } from "./resolve-truth.ts";
import { labelColumns, toStoredLabel } from "./rows.ts";

/** Everything that is known of one key. */
export interface LabelReport extends LabelKey {
  /** Other kinds of key under which the same text has labels. */
  otherKinds: KeyKind[];
  truth: Truth;
  /** The label of each annotator that counts, newest first; the newest thousand of them. */
  current: StoredLabel[];
  conflicts: Conflict[];
  /** All revisions, newest first, as many as were asked for. */
  history: StoredLabel[];
  isHistoryCut: boolean;
}

export interface FindOptions {
  /** Where a text is a key of several kinds: this one rather than the most trusted. */
  kind?: KeyKind;
  /** Most revisions of the history; default 100. */
  limit?: number;
}

const maxCurrent = 1000;

/** What is known of a key: under the most trusted of the kinds that it has labels of. Null where there is no label. */
export async function readReport(
  db: Kysely<Tables>,
  text: string,
  canonicalise: Canonicalise,
  { kind, limit = 100 }: FindOptions = {},
): Promise<LabelReport | null> {
  const keys = keyKinds.map((keyKind) => ({ keyKind, key: keyKind === "image_sha256" ? text.toLowerCase() : text }));
  const labelled: LabelKey[] = [];
  for (const key of keys) if (await hasLabels(db, key)) labelled.push(key);
  const chosen = labelled.find(({ keyKind }) => kind === undefined || keyKind === kind);
  if (chosen === undefined) return null;
  const current = await readCurrent(db, chosen);
  const truth = resolveTruth(current, canonicalise);
  if (truth === null) return null;
  const history = await readHistory(db, chosen, limit + 1);
  return {
    ...chosen,
    otherKinds: labelled.filter((key) => key !== chosen).map(({ keyKind }) => keyKind),
    truth,
    current,
    conflicts: findConflicts(current, canonicalise),
    history: history.slice(0, limit),
    isHistoryCut: history.length > limit,
  };
}

async function hasLabels(db: Kysely<Tables>, key: LabelKey): Promise<boolean> {
  return (await readHistory(db, key, 1)).length > 0;
}

async function readHistory(db: Kysely<Tables>, { keyKind, key }: LabelKey, limit: number): Promise<StoredLabel[]> {
  const rows = await db
    .selectFrom("labels")
    .select(labelColumns)
    .where("key_kind", "=", keyKind)
    .where("key", "=", key)
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.map(toStoredLabel);
}

async function readCurrent(db: Kysely<Tables>, { keyKind, key }: LabelKey): Promise<StoredLabel[]> {
  const rows = await db
    .selectFrom("labels")
    .select(labelColumns)
    .where("id", "in", (nested) =>
      nested
        .selectFrom("labels as own")
        .select(sql<number>`max(own.id)`.as("newest"))
        .where("own.key_kind", "=", keyKind)
        .where("own.key", "=", key)
        .groupBy("own.annotator"),
    )
    .orderBy("id", "desc")
    .limit(maxCurrent)
    .execute();
  return rows.map(toStoredLabel);
}
