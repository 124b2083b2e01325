import { postgresIsMissing, startPostgres } from "../support/postgres.ts";
import type { PostgresServer } from "../support/postgres.ts";
import { describeLabels } from "./labels.ts";

let server: PostgresServer;

describeLabels("Postgres", {
  skip: postgresIsMissing,
  async start() {
    server = await startPostgres();
  },
  stop: () => server.remove(),
  newDatabase: () => server.createDatabase(),
});
