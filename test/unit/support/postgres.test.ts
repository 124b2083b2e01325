import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { openStorage, sql } from "../../../src/storage/index.ts";
import { postgresIsMissing, startPostgres } from "../../support/postgres.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** The process of the server behind a database. */
async function processOf(url: string): Promise<number> {
  const { db, close } = await openStorage(url, { log });
  const { rows } = await sql<{ data_directory: string }>`show data_directory`.execute(db);
  await close();
  const [pid] = readFileSync(join(rows[0]?.data_directory ?? "", "postmaster.pid"), "utf8").split("\n");
  return Number(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a Postgres of a test's own", { skip: postgresIsMissing }, () => {
  test("can be stopped and started again after it died by a signal", async (t) => {
    const server = await startPostgres();
    t.after(() => server.remove());
    const pid = await processOf(await server.createDatabase());
    process.kill(pid, "SIGKILL");
    while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
    await server.stop();
    await server.start();
    assert.notEqual(await processOf(await server.createDatabase()), pid);
  });

  test("does not take another one on its port for itself", async (t) => {
    const server = await startPostgres();
    t.after(() => server.remove());
    const { port } = new URL(await server.createDatabase());
    await assert.rejects(startPostgres({ port: Number(port) }), /is another server's|Command failed/);
    assert.ok(await server.createDatabase(), "which goes on");
  });
});
