import { sql } from "kysely";
import type { Kysely, Transaction } from "kysely";
import { StorageRefused } from "./errors.ts";
import { migrations } from "./migrations/index.ts";
import type { DialectName, Migration } from "./migrations/index.ts";
import type { Tables } from "./tables.ts";

type Versioned = { schema_version: { version: number; applied_ms: number } };

/** Any fixed number: the lock in Postgres that replicas which start at once take turns with. */
const migrationLock = 7_203_405_112;

/**
 * Brings the schema to the newest version, each step in a transaction of its own. Safe when several processes start at once.
 * @param wall milliseconds since the epoch
 * @throws StorageRefused for a database from a newer version, or with tables that are not ours
 */
export async function migrate(
  db: Kysely<Tables>,
  dialect: DialectName,
  wall: () => number,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  const versioned = db.withTables<Versioned>();
  let isNewest = false;
  while (!isNewest) {
    isNewest = await versioned.transaction().execute(async (transaction) => {
      const version = await lockVersion(transaction, dialect);
      if (version > steps.length) throw newer(version, steps.length);
      const step = steps[version];
      if (step === undefined) return true;
      await step(transaction as unknown as Kysely<unknown>, dialect);
      await transaction
        .insertInto("schema_version")
        .values({ version: version + 1, applied_ms: wall() })
        .execute();
      return false;
    });
  }
}

/** The version that the database is at, which no other process changes until the transaction ends; 0 for an empty one. */
async function lockVersion(transaction: Transaction<Tables & Versioned>, dialect: DialectName): Promise<number> {
  // SQLite's transactions lock the whole file as they begin.
  if (dialect === "postgres") await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction);
  const tables =
    dialect === "sqlite"
      ? await sql<{
          name: string;
        }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`.execute(transaction)
      : await sql<{
          name: string;
        }>`select tablename as name from pg_tables where schemaname = current_schema()`.execute(transaction);
  const names = tables.rows.map(({ name }) => name);
  if (!names.includes("schema_version")) {
    if (dialect === "sqlite" && names.length > 0) {
      throw new StorageRefused(
        `the database belongs to another program (it has a table ${names[0]}); nothing was changed`,
      );
    }
    await transaction.schema
      .createTable("schema_version")
      .addColumn("version", "integer", (column) => column.notNull().primaryKey())
      .addColumn("applied_ms", "bigint", (column) => column.notNull())
      .execute();
  }
  const row = await transaction
    .selectFrom("schema_version")
    .select(({ fn }) => fn.max("version").as("version"))
    .executeTakeFirst();
  return row?.version ?? 0;
}

function newer(version: number, known: number): StorageRefused {
  return new StorageRefused(
    `the database was written by a newer version (schema ${version}, this one knows ${known}): ` +
      "run that version, or name another database in storage.url; nothing was changed",
  );
}
