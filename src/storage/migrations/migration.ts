import { sql } from "kysely";
import type { ColumnDefinitionBuilder, CreateTableBuilder, Expression, Kysely } from "kysely";

export type DialectName = "sqlite" | "postgres";

/** One step of the schema; runs in a transaction. It knows no `Tables`, which describe the newest version only. */
export type Migration = (db: Kysely<unknown>, dialect: DialectName) => Promise<void>;

/** Column types that mean the same in both databases. */
export interface ColumnTypes {
  /** Compared and ordered by bytes. */
  text: Expression<unknown>;
  /** Any safe integer. */
  integer: "bigint" | "integer";
  real: "double precision";
  blob: "blob" | "bytea";
  /** Adds the primary key `id`, which only grows. */
  withId: <T extends string>(table: CreateTableBuilder<T>) => CreateTableBuilder<T | "id">;
}

export function columnTypes(dialect: DialectName): ColumnTypes {
  if (dialect === "sqlite") {
    return {
      text: sql`text`,
      integer: "integer",
      real: "double precision",
      blob: "blob",
      withId: (table) => table.addColumn("id", "integer", (column) => column.primaryKey().autoIncrement()),
    };
  }
  return {
    text: sql`text collate "C"`,
    integer: "bigint",
    real: "double precision",
    blob: "bytea",
    withId: (table) => table.addColumn("id", "bigint", (column) => column.primaryKey().generatedByDefaultAsIdentity()),
  };
}

export const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();
