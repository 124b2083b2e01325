import { Worker } from "node:worker_threads";
import { StorageUnavailable } from "./errors.ts";
import { toSqliteError } from "./sqlite-errors.ts";
import type { SqliteFileNotice, SqliteReply, SqliteRequest, SqliteResult } from "./sqlite-protocol.ts";

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
type Question = WithoutId<SqliteRequest>;

/** A database in a thread of its own, because Node's driver is synchronous. */
export interface SqliteThread {
  /** Questions are answered in order. @throws StorageUnavailable, or SQLite's own error */
  ask(question: Question, transfer?: ArrayBuffer[]): Promise<SqliteResult>;
  readonly isAlive: boolean;
  /** False while the file that is open is not the one at its path; looked at about once a second and with every query. */
  readonly isFileInPlace: boolean;
  /** Lets what was asked finish, closes the file and ends the thread. */
  close(): Promise<void>;
}

/**
 * Starts a thread; nothing is open before it is asked to.
 * @param onFile called where `isFileInPlace` has changed
 */
export function startSqliteThread(onFile?: (isInPlace: boolean) => void): SqliteThread {
  const worker = new Worker(new URL("./sqlite.worker.ts", import.meta.url), { env: {}, execArgv: [] });
  const waiting = new Map<number, PromiseWithResolvers<SqliteResult>>();
  const ended = Promise.withResolvers<void>();
  let lastId = 0;
  let isAlive = true;
  let isFileInPlace = true;
  let crash: unknown;
  // An idle thread must not keep the process alive, a busy one must.
  worker.unref();

  worker.on("message", (reply: SqliteReply | SqliteFileNotice) => {
    if ("isFileInPlace" in reply) {
      ({ isFileInPlace } = reply);
      onFile?.(isFileInPlace);
      return;
    }
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if (reply.isDone) asked?.resolve(reply.result);
    else asked?.reject(toSqliteError(reply.failure));
  });
  worker.on("error", (error) => {
    crash = error;
  });
  worker.on("exit", () => {
    isAlive = false;
    for (const asked of waiting.values()) asked.reject(goneError(crash));
    waiting.clear();
    ended.resolve();
  });

  function ask(question: Question, transfer: ArrayBuffer[] = []): Promise<SqliteResult> {
    if (!isAlive) return Promise.reject(goneError(crash));
    const asked = Promise.withResolvers<SqliteResult>();
    lastId += 1;
    waiting.set(lastId, asked);
    worker.ref();
    worker.postMessage({ ...question, id: lastId }, transfer);
    return asked.promise;
  }

  return {
    ask,
    get isAlive() {
      return isAlive;
    },
    get isFileInPlace() {
      return isFileInPlace;
    },
    async close() {
      if (!isAlive) return;
      await ask({ kind: "close" }).catch(() => undefined);
      worker.ref();
      await ended.promise;
    },
  };
}

function goneError(cause: unknown): StorageUnavailable {
  return cause === undefined
    ? new StorageUnavailable("closed", "the database is closed")
    : new StorageUnavailable("io", "the database's thread ended", cause);
}
