import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgresIsMissing, startPostgres } from "./postgres.ts";
import type { PostgresServer } from "./postgres.ts";

/** One of the two databases, for a suite that both must pass. */
export interface StoreUnderTest {
  name: string;
  /** Starts what databases need. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The URL of a new, empty database, which several stores can open at once. */
  newDatabase(): Promise<string>;
  skip: string | false;
}

/** SQLite in files of a temporary folder, and a Postgres server of the test's own. */
export function bothStores(): StoreUnderTest[] {
  return [sqlite(), postgres()];
}

function sqlite(): StoreUnderTest {
  let folder = "";
  let databases = 0;
  return {
    name: "SQLite",
    skip: false,
    async start() {
      folder = mkdtempSync(join(tmpdir(), "garment-gateway-sqlite-"));
    },
    async stop() {
      rmSync(folder, { recursive: true });
    },
    async newDatabase() {
      databases += 1;
      return `sqlite:${join(folder, `${databases}`, "gateway.db")}`;
    },
  };
}

function postgres(): StoreUnderTest {
  let server: PostgresServer | undefined;
  return {
    name: "Postgres",
    skip: postgresIsMissing,
    async start() {
      server = await startPostgres();
    },
    async stop() {
      await server?.remove();
    },
    async newDatabase() {
      if (server === undefined) throw new Error("the server is not started");
      return server.createDatabase();
    },
  };
}
