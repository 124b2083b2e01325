import { AbortedTransactionError, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult, TransactionSettings } from "kysely";
import type pg from "pg";
import { untilAborted } from "../kernel/index.ts";
import { StorageUnavailable } from "./errors.ts";
import { toParameter } from "./parameters.ts";
import { toPostgresError } from "./postgres-errors.ts";
import { runStatement, savepoints } from "./run-statement.ts";

export interface PostgresDialectOptions {
  pool: pg.Pool;
  /** Aborts where the pool is closed: nobody gets a connection any more. */
  closing: AbortSignal;
  /** Called before each connection is taken; throws where nothing is to be tried. */
  gate: () => void;
  /** Called with every failure, as it is thrown. */
  onError: (error: unknown) => void;
}

/**
 * Kysely's Postgres over a pool, with a driver of our own: it names failures, and gives up a connection whose query ran past
 * the client's time limit, because that query still runs on it.
 */
export function createPostgresDialect(options: PostgresDialectOptions): Dialect {
  return {
    createDriver: () => createDriver(options),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

interface PooledConnection extends DatabaseConnection {
  /** Gives the connection back to the pool, or ends it where it is not to be used again. */
  release(): void;
  /** Marks it as not to be used again. */
  discard(): void;
}

function createDriver({ pool, closing, gate, onError }: PostgresDialectOptions): Driver {
  async function classified<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      const error = toPostgresError(cause);
      onError(error);
      throw error;
    }
  }

  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      return classified(async () => {
        gate();
        return createConnection(await connect(pool, closing), classified);
      });
    },
    async beginTransaction(connection, { isolationLevel, accessMode }: TransactionSettings) {
      const level = isolationLevel === undefined ? "" : ` isolation level ${isolationLevel}`;
      const mode = accessMode === undefined ? "" : ` ${accessMode}`;
      await runStatement(connection, `start transaction${level}${mode}`);
    },
    async commitTransaction(connection) {
      const { rows } = await runStatement<{ command?: string }>(connection, "commit");
      // Postgres answers so where a statement failed before and its error was swallowed.
      if (rows[0]?.command === "ROLLBACK") throw new AbortedTransactionError();
    },
    async rollbackTransaction(connection) {
      try {
        await runStatement(connection, "rollback");
      } catch {
        // The server rolls back what its connection leaves behind; the caller learns of the first error.
        (connection as PooledConnection).discard();
      }
    },
    ...savepoints,
    async releaseConnection(connection) {
      (connection as PooledConnection).release();
    },
    destroy: () => Promise.resolve(),
  };
}

/** The pool itself would let those who wait at its end wait until their time is over. */
async function connect(pool: pg.Pool, closing: AbortSignal): Promise<pg.PoolClient> {
  const client = pool.connect();
  try {
    return await untilAborted(client, closing);
  } catch (error) {
    if (!closing.aborted) throw error;
    client.then(
      (late) => late.release(true),
      () => undefined,
    );
    throw new StorageUnavailable("closed", "the database is closed");
  }
}

function createConnection(
  client: pg.PoolClient,
  classified: <T>(action: () => Promise<T>) => Promise<T>,
): PooledConnection {
  let isDiscarded = false;
  // A connection that breaks between two queries says so here, and would end the process if nobody listened; the next query tells.
  const onBreak = (): void => {
    isDiscarded = true;
  };
  client.on("error", onBreak);
  return {
    executeQuery: <R>({ sql, parameters }: CompiledQuery) =>
      classified(async (): Promise<QueryResult<R>> => {
        if (isDiscarded) throw new StorageUnavailable("unreachable", "the connection was given up");
        try {
          const { command, rowCount, rows } = await client.query<pg.QueryResultRow>(sql, parameters.map(toParameter));
          if (command === "COMMIT" || command === "ROLLBACK") return { rows: [{ command }] as R[] };
          return { rows: rows as R[], ...(rowCount === null ? {} : { numAffectedRows: BigInt(rowCount) }) };
        } catch (error) {
          if (error instanceof Error && error.message === "Query read timeout") isDiscarded = true;
          throw error;
        }
      }),
    // oxlint-disable-next-line require-yield
    async *streamQuery() {
      throw new Error("the store streams no rows: read pages by key");
    },
    release() {
      client.off("error", onBreak);
      client.release(isDiscarded);
    },
    discard() {
      isDiscarded = true;
    },
  };
}
