import { sql } from "../storage/index.ts";
import type { Kysely, Storage, Tables, Transaction } from "../storage/index.ts";
import { keyKinds } from "./label.ts";
import type { KeyKind, Label } from "./label.ts";
import { rowsOf, toText } from "./rows.ts";

/** What a label says, so that two that say the same are equal. */
interface Saying {
  labels: string;
  source: string;
  design: string;
}

/** What became of labels that are committed. */
export interface Stored {
  /** Those that said something new. */
  added: number;
  /** Those whose key belongs to a garment that is known now, new or not. */
  joined: number;
}

/** A store, or a transaction of it. */
interface Home<T = Kysely<Tables>> {
  readonly dialect: Storage["dialect"];
  readonly db: T;
}

/**
 * Stores labels in one transaction, in their order; they are committed when it returns. A label that says what its
 * annotator's newest one for its key says already is not stored again, any other becomes a new revision. At most some
 * thousands at once: others wait for the transaction's end.
 */
export async function storeLabels({ dialect, db }: Home, labels: readonly Label[], nowMs: number): Promise<Stored> {
  return db.transaction().execute(async (transaction) => {
    const home = { dialect, db: transaction };
    const newest = await readNewest(home, labels);
    const fresh: string[][] = [];
    for (const { keyKind, key, annotator, source, design, labels: values } of labels) {
      const who = identify(keyKind, key, annotator);
      const saying = { labels: toText(values), source, design };
      if (isSame(newest.get(who), saying)) continue;
      newest.set(who, saying);
      fresh.push([keyKind, key, annotator, source, design, saying.labels]);
    }
    if (fresh.length > 0) await insert(home, fresh, nowMs);
    return { added: fresh.length, joined: await countKnown(home, labels) };
  });
}

async function insert({ dialect, db }: Home<Transaction<Tables>>, rows: string[][], nowMs: number): Promise<void> {
  await sql`
    insert into labels (key_kind, key, annotator, source, design, labels, created_ms, is_joined)
    select given.value ->> 0, given.value ->> 1, given.value ->> 2, given.value ->> 3, given.value ->> 4,
      given.value ->> 5, cast(${nowMs} as bigint), 0
    from ${rowsOf(dialect, rows)} order by given.key`.execute(db);
}

/** The newest label of each annotator for each key that is named. */
async function readNewest(
  { dialect, db }: Home<Transaction<Tables>>,
  labels: readonly Label[],
): Promise<Map<string, Saying>> {
  const newest = new Map<string, Saying>();
  for (const [kind, named] of Map.groupBy(labels, ({ keyKind }) => keyKind)) {
    const pairs = new Map(named.map(({ key, annotator }) => [identify(kind, key, annotator), [key, annotator]]));
    const { rows } = await sql<Saying & { key: string; annotator: string }>`
      with wanted as (
        select given.value ->> 0 as key, given.value ->> 1 as annotator from ${rowsOf(dialect, [...pairs.values()])}
      )
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

async function countKnown({ dialect, db }: Home<Transaction<Tables>>, labels: readonly Label[]): Promise<number> {
  let count = 0;
  for (const kind of keyKinds) {
    const keys = labels.filter(({ keyKind }) => keyKind === kind).map(({ key }) => key);
    if (keys.length === 0) continue;
    const rowsOfKeys = [...new Set(keys)].map((key) => [key]);
    const { rows } = await sql<{ key: string }>`
      with wanted as (select given.value ->> 0 as key from ${rowsOf(dialect, rowsOfKeys)})
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
