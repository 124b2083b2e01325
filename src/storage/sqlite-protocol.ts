/** What a worker can bind. */
export type SqliteValue = string | number | bigint | null | Uint8Array;

export type SqliteRequest =
  /** Answers one value: the identity of the file. Where one is given the file must be that one; null: any, or a new one. */
  | { id: number; kind: "open"; path: string; identity: string | null }
  | { id: number; kind: "query"; sql: string; parameters: SqliteValue[] }
  /** Rolls back what is open; SQLite itself may already have done so. */
  | { id: number; kind: "rollback" }
  | { id: number; kind: "close" };

/** Rows are arrays, which are read and cloned in half the time of objects. */
export interface SqliteResult {
  columns: string[];
  rows: unknown[][];
  changes: number | bigint;
  lastInsertRowid: number | bigint;
}

export interface SqliteFailure {
  message: string;
  /** SQLite's extended result code; null where the error is not SQLite's. */
  code: number | null;
}

export type SqliteReply =
  | { id: number; isDone: true; result: SqliteResult }
  | { id: number; isDone: false; failure: SqliteFailure };

/** Said unasked where the file that is open is no longer the one at its path, and where it is again. */
export interface SqliteFileNotice {
  isFileInPlace: boolean;
}
