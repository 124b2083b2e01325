import { postgresIsMissing, startPostgres } from "../support/postgres.ts";
import type { PostgresServer } from "../support/postgres.ts";
import { describeStorage } from "./storage.ts";

let server: PostgresServer;

describeStorage("Postgres", {
  skip: postgresIsMissing,
  async start() {
    server = await startPostgres();
  },
  stop: () => server.remove(),
  newDatabase: () => server.createDatabase(),
});
