import { stableHash } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Log } from "../telemetry/index.ts";

/** One entry of the record; `hash` covers all the other members, and so, through `previous_hash`, all entries before it. */
export interface AuditEntry {
  seq: number;
  at_ms: number;
  kind: string;
  actor: string;
  body: unknown;
  previous_hash: string;
  hash: string;
}

/** What a check of the whole chain found: `broken_at` is the first entry that does not fit the one before it. */
export interface ChainState {
  valid: boolean;
  checked: number;
  broken_at: number | null;
}

export interface Audit {
  /**
   * Appends an entry, whoever else appends at the same time. `isTold` is asked with the end of the record held still: where it
   * says true, nothing is appended, so that several replicas do not tell the same thing twice.
   */
  append(kind: string, actor: string, body: object, isTold?: () => Promise<boolean>): Promise<AuditEntry | null>;
  /** The newest entries before `before`, newest first. */
  page(options: { limit: number; before?: number }): Promise<AuditEntry[]>;
  /** The newest entries of one kind, newest first. */
  newest(kind: string, limit: number): Promise<AuditEntry[]>;
  /** Reads the whole record and checks every hash. */
  check(): Promise<ChainState>;
}

interface Parts {
  storage: Storage;
  clock: Clock;
  log: Log;
}

/** What the first entry names as the hash before it. */
const noHash = "0".repeat(64);

/** Two replicas seldom append at once, a hundred never do. */
const maxTries = 100;

const pageRows = 1_000;

/** The hash of an entry: SHA-256 over the canonical JSON of everything in it but the hash. */
function auditHash({ seq, at_ms, kind, actor, body, previous_hash }: Omit<AuditEntry, "hash">): string {
  return stableHash({ seq, at_ms, kind, actor, body, previous_hash });
}

/** The append-only record of decisions, in table `audit`. */
export function createAudit({ storage, clock, log }: Parts): Audit {
  const { db } = storage;
  const entries = () => db.selectFrom("audit").selectAll();

  return {
    async append(kind, actor, body, isTold) {
      for (let tries = 0; tries < maxTries; tries += 1) {
        const last = await entries().orderBy("seq", "desc").limit(1).executeTakeFirst();
        if ((await isTold?.()) === true) return null;
        const text = JSON.stringify(body);
        const unsealed = {
          seq: (last?.seq ?? 0) + 1,
          at_ms: clock.wall(),
          kind,
          actor,
          body: JSON.parse(text) as unknown,
          previous_hash: last?.hash ?? noHash,
        };
        const entry = { ...unsealed, hash: auditHash(unsealed) };
        const [result] = await db
          .insertInto("audit")
          .values({ ...entry, body: text })
          .onConflict((conflict) => conflict.column("seq").doNothing())
          .execute();
        if (Number(result?.numInsertedOrUpdatedRows ?? 0) === 1) {
          // The log keeps the end of the chain outside of the store: a record that was cut short shows there.
          log.info({ seq: entry.seq, kind, actor, hash: entry.hash }, "audit entry appended");
          return entry;
        }
      }
      throw new Error("The audit record did not take an entry: its end moved with every try.");
    },

    async page({ limit, before }) {
      let query = entries().orderBy("seq", "desc").limit(limit);
      if (before !== undefined) query = query.where("seq", "<", before);
      return (await query.execute()).map(read);
    },

    async newest(kind, limit) {
      const rows = await entries().where("kind", "=", kind).orderBy("seq", "desc").limit(limit).execute();
      return rows.map(read);
    },

    async check() {
      let checked = 0;
      let previous = noHash;
      for (;;) {
        const rows = await entries().where("seq", ">", checked).orderBy("seq", "asc").limit(pageRows).execute();
        for (const row of rows) {
          if (!isNext(row, checked + 1, previous)) {
            return { valid: false, checked, broken_at: checked + 1 };
          }
          previous = row.hash;
          checked += 1;
        }
        if (rows.length < pageRows) return { valid: true, checked, broken_at: null };
      }
    },
  };
}

type AuditRow = Omit<AuditEntry, "body"> & { body: string };

function read(row: AuditRow): AuditEntry {
  return { ...row, body: parse(row.body) };
}

/** A body that somebody made unreadable is shown as the text that it is: its hash tells on it. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function isNext(row: AuditRow, seq: number, previousHash: string): boolean {
  return row.seq === seq && row.previous_hash === previousHash && row.hash === auditHash(read(row));
}
