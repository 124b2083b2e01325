import { postgresIsMissing, startPostgres } from "../support/postgres.ts";
import type { PostgresServer } from "../support/postgres.ts";
import { describeMirrorLater } from "./mirror-later.ts";

let server: PostgresServer;

describeMirrorLater("Postgres", {
  skip: postgresIsMissing,
  async start() {
    server = await startPostgres();
  },
  stop: () => server.remove(),
  newDatabase: () => server.createDatabase(),
});
