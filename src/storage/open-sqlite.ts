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

/** Opens a file, or `:memory:`. The folder is created where it is missing. @throws StorageRefused */
export async function openSqlite(path: string, { log, clock = systemClock, onError }: StorageDeps): Promise<Storage> {
  if (path !== inMemory) checkSqliteFile(path);
  let isClosed = false;
  let thread = startSqliteThread();
  let opened = thread.ask({ kind: "open", path });

  /** Starts another thread where the last one died; what it had not committed is lost, and with memory everything. */
  async function connect(): Promise<SqliteThread> {
    if (isClosed) throw new StorageUnavailable("closed", "the database is closed");
    if (!thread.isAlive && path !== inMemory) {
      log.error({ path }, "the database's thread ended; starting another");
      thread = startSqliteThread();
      opened = thread.ask({ kind: "open", path });
    }
    await opened;
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
      return !isClosed;
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
