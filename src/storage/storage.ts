import type { Kysely } from "kysely";
import type { Clock } from "../kernel/index.ts";
import type { Log } from "../telemetry/index.ts";
import { StorageRefused } from "./errors.ts";
import type { UnavailableReason } from "./errors.ts";
import { openPostgres } from "./open-postgres.ts";
import { openSqlite } from "./open-sqlite.ts";
import type { Tables } from "./tables.ts";

/** An open store. */
export interface Storage {
  readonly dialect: "sqlite" | "postgres";
  /**
   * Queries; every one may throw StorageUnavailable. Inside of a transaction use the transaction only: SQLite has one
   * connection, and a query beside it would wait for the transaction's end. Rows are not streamed: read pages by key.
   */
  readonly db: Kysely<Tables>;
  /** False while the database cannot be reached; it is tried again by itself. */
  readonly isAvailable: boolean;
  /** Lets running queries finish; later ones throw StorageUnavailable `closed`. */
  close(): Promise<void>;
}

export interface StorageDeps {
  log: Log;
  clock?: Clock;
  /** Told of every query that fails: why the store could not serve it, or `query` where the query itself was wrong. */
  onError?: (reason: UnavailableReason | "query") => void;
}

/**
 * Opens a store and brings its schema up to date.
 * @param url `sqlite:PATH`, `sqlite::memory:` or `postgres://…`
 * @throws StorageRefused where it cannot be used as it is; nothing is ever overwritten
 */
export async function openStorage(url: string, deps: StorageDeps): Promise<Storage> {
  if (url.startsWith("sqlite:")) return await openSqlite(url.slice("sqlite:".length), deps);
  if (/^postgres(ql)?:/.test(url)) return await openPostgres(url, deps);
  throw new StorageRefused("storage.url must start with sqlite: or postgres://");
}
