import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { parentPort } from "node:worker_threads";
import { identifyFile } from "./file-identity.ts";
import { createPatience } from "./sqlite-patience.ts";
import type { Patience } from "./sqlite-patience.ts";
import type {
  SqliteFailure,
  SqliteFileNotice,
  SqliteReply,
  SqliteRequest,
  SqliteResult,
  SqliteValue,
} from "./sqlite-protocol.ts";

interface Prepared {
  statement: StatementSync;
  columns: string[];
}

/** Batches of different sizes are different statements; the rest of the gateway has a few dozen. */
const maxPrepared = 128;

const nothing: SqliteResult = { columns: [], rows: [], changes: 0, lastInsertRowid: 0 };
const prepared = new Map<string, Prepared>();
let database: DatabaseSync | undefined;
let patience: Patience | undefined;
/** What the files at their paths were when they were opened; none for a database in memory. */
let openedFiles: ReadonlyMap<string, string> = new Map();
let isFileInPlace = true;

/** Milliseconds that a query waits for another process's lock. */
const timeout = 5000;

/** How often the path is looked at while no query does it. */
const lookEveryMs = 1000;

const codes = { busy: 5, cantOpen: 14 };

/** A check of every page takes about 10 ms a MiB, so that larger files are not looked through at each start. */
const checkBelowBytes = 64 * 2 ** 20;

/**
 * Opens the file. WAL lets other processes read meanwhile; FULL syncs each commit, so that an accepted label survives a
 * power cut too; what is deleted is overwritten; recursive triggers make `replace` ask the audit's triggers.
 */
function open(path: string, identity: string | null): SqliteResult {
  if (identity !== null && identifyFile(path) !== identity) throw gone(path);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 0) examine(path, size);
  database = new DatabaseSync(path, { timeout });
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma journal_size_limit = 67108864;
    pragma cache_size = -32768;
    pragma temp_store = memory;
    pragma secure_delete = on;
    pragma recursive_triggers = on;
    select count(*) from sqlite_schema;
  `);
  patience = createPatience(database, () => performance.now());
  const found = [path, `${path}-wal`].map((name) => [name, identifyFile(name)] as const);
  openedFiles = new Map(found.filter((entry): entry is [string, string] => entry[1] !== null));
  isFileInPlace = true;
  if (openedFiles.size > 0) setInterval(lookAtFile, lookEveryMs).unref();
  return { ...nothing, columns: ["identity"], rows: [[openedFiles.get(path) ?? null]] };
}

/**
 * Whether the paths still lead to what was opened. A file that was deleted or replaced takes everything without an error, and
 * all of it is gone with the process.
 */
function lookAtFile(): boolean {
  const isNow = openedFiles.entries().every(([path, identity]) => identifyFile(path) === identity);
  if (isNow !== isFileInPlace) {
    isFileInPlace = isNow;
    parentPort?.postMessage({ isFileInPlace } satisfies SqliteFileNotice);
  }
  return isNow;
}

function gone(path: string): Error {
  const message = `the database's file was deleted, moved or replaced while the gateway runs (${path}): put it back, or start the gateway again`;
  return Object.assign(new Error(message), { errcode: codes.cantOpen });
}

/** Reads before anything is opened for writing, so that a damaged file stays as it is. */
function examine(path: string, size: number): void {
  const reader = new DatabaseSync(path, { readOnly: true, timeout });
  try {
    const check = size <= checkBelowBytes ? "pragma quick_check(1)" : "select count(*) from sqlite_schema";
    const [found] = Object.values(reader.prepare(check).get() ?? {});
    if (typeof found === "string" && found !== "ok")
      throw new Error(`the file is damaged: ${found.replaceAll("\n", " ")}`);
  } finally {
    reader.close();
  }
}

function query(sql: string, parameters: SqliteValue[]): SqliteResult {
  const [path = ""] = openedFiles.keys();
  if (!lookAtFile()) throw gone(path);
  patience?.prepare();
  try {
    const result = run(sql, parameters);
    if (result.columns.length === 0 && !needsNoLock.has(sql)) patience?.gotLock();
    return result;
  } catch (error) {
    if (toFailure(error).code === codes.busy) patience?.waitedInVain();
    throw error;
  }
}

const needsNoLock: ReadonlySet<string> = new Set(["begin", "commit"]);

function run(sql: string, parameters: SqliteValue[]): SqliteResult {
  const { statement, columns } = prepare(sql);
  if (columns.length > 0) {
    return { ...nothing, columns, rows: statement.all(...parameters) as unknown as unknown[][] };
  }
  return { ...nothing, ...statement.run(...parameters) };
}

function prepare(sql: string): Prepared {
  const known = prepared.get(sql);
  // Deleted and set again: a Map keeps the order in which keys came in, so that the first key is the one longest unused.
  if (known !== undefined) {
    prepared.delete(sql);
    prepared.set(sql, known);
    return known;
  }
  if (database === undefined) throw new Error("the database is not open");
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  const fresh = { statement, columns: statement.columns().map(({ name }) => name) };
  prepared.set(sql, fresh);
  const oldest = prepared.keys().next().value;
  if (prepared.size > maxPrepared && oldest !== undefined) prepared.delete(oldest);
  return fresh;
}

function answer(request: SqliteRequest): SqliteResult {
  switch (request.kind) {
    case "open":
      return open(request.path, request.identity);
    case "query":
      return query(request.sql, request.parameters);
    case "rollback":
      if (database?.isTransaction === true) database.exec("rollback");
      return nothing;
    case "close":
      prepared.clear();
      database?.close();
      return nothing;
  }
}

function toFailure(error: unknown): SqliteFailure {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : null;
  return { message: error instanceof Error ? error.message : String(error), code };
}

parentPort?.on("message", (request: SqliteRequest) => {
  let reply: SqliteReply;
  try {
    reply = { id: request.id, isDone: true, result: answer(request) };
  } catch (error) {
    reply = { id: request.id, isDone: false, failure: toFailure(error) };
  }
  parentPort?.postMessage(reply);
  if (request.kind === "close") parentPort?.close();
});
