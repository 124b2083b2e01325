/**
 * The store behind one typed query builder: SQLite in a worker thread, or Postgres, with the same tables.
 * Knows drivers, schema versions and what can go wrong with a database. Refuses to know what the rows mean: the rooms that
 * own the tables write the queries.
 */
export { openStorage } from "./storage.ts";
export type { Storage, StorageDeps } from "./storage.ts";
export { orOverloaded } from "./or-overloaded.ts";
export { StorageRefused, StorageUnavailable } from "./errors.ts";
export type { UnavailableReason } from "./errors.ts";
export { sql } from "kysely";
export type { ExpressionBuilder, Insertable, Kysely, Selectable, Transaction, Updateable } from "kysely";
export type * from "./tables.ts";
