import { CompiledQuery, createQueryId, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { DatabaseConnection, Dialect, Driver, QueryResult, RootOperationNode, TransactionSettings } from "kysely";
import { toParameter } from "./parameters.ts";
import type { SqliteThread } from "./sqlite-thread.ts";

/**
 * Kysely's SQLite over a thread. There is one connection: Kysely's own mutex gives it to one query or transaction at a time.
 * `connect` gives the thread that is to be used now.
 */
export function createSqliteDialect(connect: () => Promise<SqliteThread>): Dialect {
  return {
    createDriver: () => createDriver(connect),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

interface ThreadConnection extends DatabaseConnection {
  readonly thread: SqliteThread;
}

function createDriver(connect: () => Promise<SqliteThread>): Driver {
  let last: ThreadConnection | undefined;

  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      const thread = await connect();
      // A transaction keeps the connection that it began on, so that after a restart its rest fails.
      if (last?.thread !== thread) last = createConnection(thread);
      return last;
    },
    // A transaction that writes takes the lock first: one that starts by reading could not get it later without failing.
    beginTransaction: (connection, { accessMode }: TransactionSettings) =>
      run(connection, accessMode === "read only" ? "begin" : "begin immediate"),
    commitTransaction: (connection) => run(connection, "commit"),
    async rollbackTransaction(connection) {
      const { thread } = connection as ThreadConnection;
      // The transaction went with the thread.
      if (thread.isAlive) await thread.ask({ kind: "rollback" });
    },
    savepoint: (connection, name) => run(connection, `savepoint ${quote(name)}`),
    rollbackToSavepoint: (connection, name) => run(connection, `rollback to ${quote(name)}`),
    releaseSavepoint: (connection, name) => run(connection, `release ${quote(name)}`),
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function run(connection: DatabaseConnection, text: string): Promise<void> {
  await connection.executeQuery({ ...CompiledQuery.raw(text), queryId: createQueryId() });
}

function createConnection(thread: SqliteThread): ThreadConnection {
  return {
    thread,
    async executeQuery<R>({ sql, parameters }: CompiledQuery<RootOperationNode>): Promise<QueryResult<R>> {
      const transfer: ArrayBuffer[] = [];
      const values = parameters.map((parameter) => {
        const value = toParameter(parameter);
        if (!(value instanceof Uint8Array)) return value;
        // A copy of its own, because it may be a slice of a larger buffer, all of which would be cloned.
        const bytes = new Uint8Array(value);
        transfer.push(bytes.buffer);
        return bytes;
      });
      const result = await thread.ask({ kind: "query", sql, parameters: values }, transfer);
      return {
        rows: toObjects(result.columns, result.rows) as R[],
        insertId: BigInt(result.lastInsertRowid),
        numAffectedRows: BigInt(result.changes),
      };
    },
    // oxlint-disable-next-line require-yield
    async *streamQuery() {
      throw new Error("the store streams no rows: read pages by key");
    },
  };
}

function toObjects(columns: readonly string[], rows: readonly unknown[][]): Record<string, unknown>[] {
  return rows.map((row) => {
    const object: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i += 1) object[columns[i] as string] = row[i];
    return object;
  });
}
