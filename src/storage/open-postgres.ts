import { Kysely } from "kysely";
import pg from "pg";
import { sleep, systemClock } from "../kernel/index.ts";
import { StorageRefused, StorageUnavailable } from "./errors.ts";
import { migrate } from "./migrate.ts";
import { createPostgresDialect } from "./postgres-dialect.ts";
import { typeParsers } from "./postgres-types.ts";
import type { Storage, StorageDeps } from "./storage.ts";
import type { Tables } from "./tables.ts";

const firstRetryMs = 250;
const longestRetryMs = 10_000;

/** For each process. A server takes 100 by default, and several replicas share it. */
const maxConnections = 8;

/**
 * Opens a Postgres database. Where the server cannot be reached the store is not available, and reached again in the background.
 * @throws StorageRefused for what no waiting cures: a wrong password, no such database, a newer schema
 */
export async function openPostgres(url: string, deps: StorageDeps): Promise<Storage> {
  const { log, clock = systemClock, onError } = deps;
  const where = describe(url);
  const pool = createPool(url);
  const closing = new AbortController();
  let isReady = false;
  let connecting: Promise<void> | undefined;

  const gated = new Kysely<Tables>({
    dialect: createPostgresDialect({
      pool,
      closing: closing.signal,
      gate() {
        if (closing.signal.aborted) throw new StorageUnavailable("closed", "the database is closed");
        if (!isReady) throw new StorageUnavailable("unreachable", `${where} cannot be reached`);
      },
      onError(error) {
        const reason = error instanceof StorageUnavailable ? error.reason : "query";
        onError?.(reason);
        if (reason === "unreachable") reconnect(error);
      },
    }),
  });
  const direct = new Kysely<Tables>({
    dialect: createPostgresDialect({ pool, closing: closing.signal, gate: () => {}, onError: () => {} }),
  });

  async function connect(): Promise<void> {
    await migrate(direct, "postgres", clock.wall);
    isReady = true;
  }

  /** Tries until it works; one loop at a time. */
  function reconnect(reason: unknown): void {
    if (closing.signal.aborted || connecting !== undefined) return;
    isReady = false;
    log.warn({ reason: messageOf(reason) }, `${where} cannot be reached; trying again`);
    connecting = retry().finally(() => {
      connecting = undefined;
    });
  }

  async function retry(): Promise<void> {
    let delayMs = firstRetryMs;
    let lastMessage = "";
    while (!closing.signal.aborted) {
      try {
        await connect();
        log.info({}, `${where} is reached again`);
        return;
      } catch (error) {
        if (closing.signal.aborted) return;
        const message = messageOf(error);
        // What waiting does not cure may still be cured on the server; it is said once.
        if (!(error instanceof StorageUnavailable) && message !== lastMessage) log.error({ reason: message }, where);
        lastMessage = message;
      }
      await sleep(clock, delayMs, closing.signal).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, longestRetryMs);
    }
  }

  // Comes from connections that nobody uses; those in use tell their query.
  pool.on("error", (error) => reconnect(error));

  async function close(): Promise<void> {
    if (closing.signal.aborted) return;
    closing.abort();
    await Promise.all([connecting, pool.end()]);
  }

  try {
    await connect();
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) {
      await close();
      throw new StorageRefused(`storage.url ${where}: ${messageOf(error)}`, error);
    }
    reconnect(error);
  }
  return {
    dialect: "postgres",
    db: gated,
    get isAvailable() {
      return isReady && !closing.signal.aborted;
    },
    close,
  };
}

function createPool(url: string): pg.Pool {
  return new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 3000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: "garment-gateway",
    types: typeParsers,
    // The server's limits come first; ours is for a server that does not answer at all.
    statement_timeout: 30_000,
    lock_timeout: 5000,
    idle_in_transaction_session_timeout: 60_000,
    query_timeout: 35_000,
  });
}

/** The database without user and password. */
function describe(url: string): string {
  if (!URL.canParse(url))
    throw new StorageRefused("storage.url is no valid URL; it is not shown, as it may hold a password");
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
