import { StorageUnavailable } from "./errors.ts";
import type { UnavailableReason } from "./errors.ts";
import type { SqliteFailure } from "./sqlite-protocol.ts";

/** Primary result codes, https://www.sqlite.org/rescode.html; an extended code holds its primary one in the low byte. */
const reasons: Readonly<Record<number, UnavailableReason>> = {
  5: "locked", // BUSY
  6: "locked", // LOCKED
  7: "io", // NOMEM
  8: "io", // READONLY
  10: "io", // IOERR
  11: "io", // CORRUPT
  13: "disk_full", // FULL
  14: "io", // CANTOPEN
  26: "io", // NOTADB
};

/** An error of SQLite's own, such as a broken constraint. */
export class SqliteError extends Error {
  /** The extended result code. */
  readonly code: number | null;

  constructor({ message, code }: SqliteFailure) {
    super(message);
    this.name = "SqliteError";
    this.code = code;
  }
}

/** Tells what is wrong with the store from what is wrong with the query. */
export function toSqliteError(failure: SqliteFailure): SqliteError | StorageUnavailable {
  const error = new SqliteError(failure);
  const reason = failure.code === null ? undefined : reasons[failure.code & 0xff];
  return reason === undefined ? error : new StorageUnavailable(reason, failure.message, error);
}
