import { postgresIsMissing, startPostgres } from "../support/postgres.ts";
import type { PostgresServer } from "../support/postgres.ts";
import { describePredictions } from "./predictions.ts";

let server: PostgresServer;

describePredictions("Postgres", {
  skip: postgresIsMissing,
  async start() {
    server = await startPostgres();
  },
  stop: () => server.remove(),
  newDatabase: () => server.createDatabase(),
});
