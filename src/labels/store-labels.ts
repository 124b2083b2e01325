import { sql } from "../storage/index.ts";
import type { Kysely, Tables, Transaction } from "../storage/index.ts";
import { keyKinds } from "./label.ts";
import type { KeyKind, Label } from "./label.ts";
import { rowsOf, toText } from "./rows.ts";

/** What a label says, so that two that say the same are equal. */
interface Saying {
  labels: string;
  source: string;
  design: string;
}

/**
 * Stores labels in one transaction, in their order; they are committed when it returns. A label that says what its
 * annotator's newest one for its key says already is not stored again, any other becomes a new revision. At most some
 * thousands at once: they are parameters of one statement.
 * @returns how many of them have a key that belongs to a garment that is known now
 */
export async function storeLabels(db: Kysely<Tables>, labels: readonly Label[], nowMs: number): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const newest = await readNewest(transaction, labels);
    const fresh = labels.flatMap((label) => {
      const who = identify(label.keyKind, label.key, label.annotator);
      const saying = { labels: toText(label.labels), source: label.source, design: label.design };
      if (isSame(newest.get(who), saying)) return [];
      newest.set(who, saying);
      return [
        {
          key_kind: label.keyKind,
          key: label.key,
          annotator: label.annotator,
          ...saying,
          created_ms: nowMs,
          is_joined: 0,
        },
      ];
    });
    if (fresh.length > 0) await transaction.insertInto("labels").values(fresh).execute();
    return countKnown(transaction, labels);
  });
}

/** The newest label of each annotator for each key that is named. */
async function readNewest(db: Transaction<Tables>, labels: readonly Label[]): Promise<Map<string, Saying>> {
  const newest = new Map<string, Saying>();
  for (const [kind, named] of Map.groupBy(labels, ({ keyKind }) => keyKind)) {
    const pairs = new Map(named.map((label) => [identify(kind, label.key, label.annotator), label]));
    const given = [...pairs.values()];
    const wanted = rowsOf(
      given.map(({ key }) => key),
      given.map(({ annotator }) => annotator),
    );
    const { rows } = await sql<Saying & { key: string; annotator: string }>`
      with wanted (key, annotator) as (values ${wanted})
      select labels.key, labels.annotator, labels.labels, labels.source, labels.design
      from wanted join labels on labels.id = (
        select id from labels as own
        where own.key_kind = ${kind} and own.key = wanted.key and own.annotator = wanted.annotator
        order by own.id desc limit 1
      )`.execute(db);
    for (const row of rows) newest.set(identify(kind, row.key, row.annotator), row);
  }
  return newest;
}

/** Where each kind of key is kept. */
const homes = {
  request_id: sql`select 1 from garments where garments.id = wanted.key`,
  sample_id: sql`select 1 from garments where garments.sample_id = wanted.key`,
  image_sha256: sql`select 1 from images where images.sha256 = wanted.key`,
} satisfies Record<KeyKind, unknown>;

async function countKnown(db: Transaction<Tables>, labels: readonly Label[]): Promise<number> {
  let count = 0;
  for (const kind of keyKinds) {
    const keys = labels.filter(({ keyKind }) => keyKind === kind).map(({ key }) => key);
    if (keys.length === 0) continue;
    const { rows } = await sql<{ key: string }>`
      with wanted (key) as (values ${rowsOf([...new Set(keys)])})
      select wanted.key from wanted where exists (${homes[kind]})`.execute(db);
    const known = new Set(rows.map(({ key }) => key));
    count += keys.filter((key) => known.has(key)).length;
  }
  return count;
}

function identify(keyKind: KeyKind, key: string, annotator: string): string {
  return `${keyKind}\0${key}\0${annotator}`;
}

function isSame(a: Saying | undefined, b: Saying): boolean {
  return a?.labels === b.labels && a.source === b.source && a.design === b.design;
}
