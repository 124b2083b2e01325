/** What a worker can bind. */
export type SqliteValue = string | number | bigint | null | Uint8Array;

export type SqliteRequest =
  | { id: number; kind: "open"; path: string }
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
