import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type {
  CompiledQuery,
  DatabaseConnection,
  Dialect,
  Driver,
  QueryResult,
  RootOperationNode,
  TransactionSettings,
} from "kysely";
import { createConnectionLine } from "./connection-line.ts";
import { toParameter } from "./parameters.ts";
import { runStatement, savepoints } from "./run-statement.ts";
import type { SqliteThread } from "./sqlite-thread.ts";

export interface SqliteDialectOptions {
  /** Gives the thread that is to be used now. */
  connect: () => Promise<SqliteThread>;
  /** Called with every failure, as it is thrown. */
  onError: (error: unknown) => void;
  /** Queries and transactions that may wait for the connection. */
  maxWaiting?: number;
}

/** Half a second of single committed rows; where each waits for a lock, any number would be too many. */
const defaultMaxWaiting = 1000;

/**
 * Kysely's SQLite over a thread. There is one connection, given to one query or transaction at a time, by a line that is bounded
 * unlike Kysely's own.
 */
export function createSqliteDialect(options: SqliteDialectOptions): Dialect {
  return {
    createDriver: () => createDriver(options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new LinedUpAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

class LinedUpAdapter extends SqliteAdapter {
  /** Else Kysely lets everybody wait in a line of its own. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

interface ThreadConnection extends DatabaseConnection {
  readonly thread: SqliteThread;
}

function createDriver({ connect, onError, maxWaiting = defaultMaxWaiting }: SqliteDialectOptions): Driver {
  const line = createConnectionLine(maxWaiting);
  async function reported<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      onError(error);
      throw error;
    }
  }
  let last: ThreadConnection | undefined;

  return {
    init: () => Promise.resolve(),
    acquireConnection: () =>
      reported(async () => {
        await line.enter();
        try {
          const thread = await connect();
          // A transaction keeps the connection that it began on, so that after a restart its rest fails.
          if (last?.thread !== thread) last = createConnection(thread, reported);
          return last;
        } catch (error) {
          line.leave();
          throw error;
        }
      }),
    // A transaction that writes takes the lock first: one that starts by reading could not get it later without failing.
    async beginTransaction(connection, { accessMode }: TransactionSettings) {
      await runStatement(connection, accessMode === "read only" ? "begin" : "begin immediate");
    },
    commitTransaction: async (connection) => void (await runStatement(connection, "commit")),
    async rollbackTransaction(connection) {
      const { thread } = connection as ThreadConnection;
      // The transaction went with the thread.
      if (thread.isAlive) await thread.ask({ kind: "rollback" });
    },
    ...savepoints,
    releaseConnection: async () => line.leave(),
    destroy: () => Promise.resolve(),
  };
}

function createConnection(
  thread: SqliteThread,
  reported: <T>(action: () => Promise<T>) => Promise<T>,
): ThreadConnection {
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
      const result = await reported(() => thread.ask({ kind: "query", sql, parameters: values }, transfer));
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
  // Copies of an object that has all its keys are made several times faster than objects that get one key after another.
  const template: Record<string, unknown> = Object.fromEntries(columns.map((column) => [column, null]));
  return rows.map((row) => {
    const object = { ...template };
    for (let i = 0; i < columns.length; i += 1) object[columns[i] as string] = row[i];
    return object;
  });
}
