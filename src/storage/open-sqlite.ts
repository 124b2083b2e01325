import { Kysely } from "kysely";
import { systemClock } from "../kernel/index.ts";
import { StorageRefused, StorageUnavailable } from "./errors.ts";
import type { UnavailableReason } from "./errors.ts";
import { migrate } from "./migrate.ts";
import { createSqliteDialect } from "./sqlite-dialect.ts";
import { checkSqliteFile } from "./sqlite-file.ts";
import { startSqliteThread } from "./sqlite-thread.ts";
import type { SqliteThread } from "./sqlite-thread.ts";
import type { Storage, StorageDeps } from "./storage.ts";
import type { Tables } from "./tables.ts";

const inMemory = ":memory:";

/** After a file could not be opened again. */
const retryAfterMs = 1000;

/**
 * Opens a file, or `:memory:`. The folder is created where it is missing.
 * @param startThread for tests, which end threads
 * @throws StorageRefused
 */
export async function openSqlite(
  path: string,
  { log, clock = systemClock, onError }: StorageDeps,
  startThread = startSqliteThread,
): Promise<Storage> {
  if (path !== inMemory) checkSqliteFile(path);
  let isClosed = false;
  /** Of the file that was opened first: another one that is at the path later is not taken for it, nor a new one made. */
  let identity: string | null = null;
  let thread = startThread(onFile);
  let opened = open(thread);
  let failure: { error: unknown; retryAtMs: number } | null = null;

  async function open(fresh: SqliteThread): Promise<void> {
    const { rows } = await fresh.ask({ kind: "open", path, identity });
    identity = rows[0]?.[0] as string | null;
  }

  function onFile(isInPlace: boolean): void {
    if (isInPlace) log.info({ path }, "the database's file is in its place again");
    else log.error({ path }, "the database's file was deleted, moved or replaced: nothing is stored until it is back");
  }

  /** Starts another thread where the last one died; what it had not committed is lost, and with memory everything. */
  async function connect(): Promise<SqliteThread> {
    if (isClosed) throw new StorageUnavailable("closed", "the database is closed");
    if (!thread.isAlive && path !== inMemory) {
      if (failure !== null && clock.now() < failure.retryAtMs) throw failure.error;
      if (failure === null) log.error({ path }, "the database's thread ended; starting another");
      thread = startThread(onFile);
      opened = open(thread);
    }
    try {
      await opened;
    } catch (error) {
      // Without its file the thread is of no use: the next one opens it again.
      if (path !== inMemory) await thread.close();
      failure = { error, retryAtMs: clock.now() + retryAfterMs };
      throw error;
    }
    failure = null;
    return thread;
  }

  const db = new Kysely<Tables>({
    dialect: createSqliteDialect({ connect, onError: (error) => onError?.(reasonOf(error)) }),
  });
  const close = async (): Promise<void> => {
    isClosed = true;
    await thread.close();
  };
  try {
    await migrate(db, "sqlite", clock.wall);
  } catch (error) {
    await close();
    throw refusal(path, error);
  }
  return {
    dialect: "sqlite",
    db,
    get isAvailable() {
      if (isClosed || (failure !== null && clock.now() < failure.retryAtMs)) return false;
      // The next query starts another thread, and tells.
      return !thread.isAlive || thread.isFileInPlace;
    },
    close,
  };
}

function reasonOf(error: unknown): UnavailableReason | "query" {
  return error instanceof StorageUnavailable ? error.reason : "query";
}

function refusal(path: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StorageRefused) return new StorageRefused(`storage.url sqlite:${path}: ${message}`, error.cause);
  if (error instanceof StorageUnavailable && error.reason === "locked") {
    return new StorageRefused(
      `storage.url sqlite:${path}: the database is locked by another process; stop that one, or name another file`,
      error,
    );
  }
  return new StorageRefused(
    `storage.url sqlite:${path}: the database cannot be opened (${message}); nothing was overwritten. ` +
      "Move it away, or name another file",
    error,
  );
}
