import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import { openStorage, sql, StorageRefused, StorageUnavailable } from "../../src/storage/index.ts";
import type { Storage } from "../../src/storage/index.ts";
import { postgresIsMissing, startPostgres } from "../support/postgres.ts";
import type { PostgresServer } from "../support/postgres.ts";
import { eventually } from "../support/simulated-gateway.ts";
import { labelRow } from "../support/stored-rows.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

const isUnreachable = (error: unknown) => error instanceof StorageUnavailable && error.reason === "unreachable";

describe("Postgres that comes and goes", { skip: postgresIsMissing }, () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.remove());

  async function open(t: TestContext, url: string): Promise<Storage> {
    const storage = await openStorage(url, { log });
    t.after(() => storage.close());
    return storage;
  }

  async function back(storage: Storage): Promise<void> {
    await eventually(() => storage.isAvailable, "the database is reached again");
  }

  test("a server that is down at the start is reached once it is up, and its tables are made then", async (t) => {
    const url = await server.createDatabase();
    await server.stop();
    const storage = await open(t, url);
    assert.equal(storage.isAvailable, false);
    await assert.rejects(storage.db.selectFrom("labels").selectAll().execute(), isUnreachable);
    await server.start();
    await back(storage);
    await storage.db.insertInto("labels").values(labelRow()).execute();
  });

  test("a server that goes away fails queries at once, and everything committed is there when it is back", async (t) => {
    const storage = await open(t, await server.createDatabase());
    const insert = () => storage.db.insertInto("labels").values(labelRow()).execute();
    await insert();
    await server.stop();
    await assert.rejects(insert(), isUnreachable);
    assert.equal(storage.isAvailable, false);
    const transaction = storage.db.transaction().execute(() => Promise.resolve());
    await assert.rejects(transaction, isUnreachable);
    await server.start();
    await back(storage);
    await insert();
    assert.equal((await storage.db.selectFrom("labels").select("id").execute()).length, 2);
  });

  test("a transaction whose connection is cut leaves nothing, and the next one works", async (t) => {
    const storage = await open(t, await server.createDatabase());
    const cut = storage.db.transaction().execute(async (transaction) => {
      await transaction.insertInto("labels").values(labelRow()).execute();
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(transaction);
    });
    await assert.rejects(cut, isUnreachable);
    await back(storage);
    assert.deepEqual(await storage.db.selectFrom("labels").selectAll().execute(), []);
  });

  test("a connection that is cut between two queries fails its transaction and nothing else", async (t) => {
    const storage = await open(t, await server.createDatabase());
    const cut = storage.db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
      await sql`select pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(storage.db);
      await transaction.insertInto("labels").values(labelRow()).execute();
    });
    await assert.rejects(cut, isUnreachable);
    await back(storage);
    assert.deepEqual(await storage.db.selectFrom("labels").selectAll().execute(), []);
  });

  test("a query over its time is told as such", async (t) => {
    const { db } = await open(t, await server.createDatabase());
    const slow = db.transaction().execute(async (transaction) => {
      await sql`set local statement_timeout = 20`.execute(transaction);
      await sql`select pg_sleep(60)`.execute(transaction);
    });
    await assert.rejects(slow, (error) => error instanceof StorageUnavailable && error.reason === "timeout");
  });

  test("what no waiting cures is refused at the start, without the password", async () => {
    const url = new URL(await server.createDatabase());
    url.password = "s3cret";
    url.pathname = "/nowhere";
    await assert.rejects(openStorage(url.href, { log }), (error) => {
      assert.ok(error instanceof StorageRefused);
      assert.match(
        error.message,
        /^storage.url postgres:\/\/127.0.0.1:\d+\/nowhere: database "nowhere" does not exist$/,
      );
      return true;
    });
    await assert.rejects(openStorage("postgres://user:s3cret@[/x", { log }), (error) => {
      assert.ok(error instanceof StorageRefused);
      assert.doesNotMatch(error.message, /s3cret/);
      return true;
    });
  });

  test("a store can be closed while its server is down", async () => {
    const url = await server.createDatabase();
    await server.stop();
    const storage = await openStorage(url, { log });
    await storage.close();
    await server.start();
  });
});

test("a server that accepts and never answers counts as not reached", async (t) => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket)).listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const { port } = silent.address() as AddressInfo;
  const storage = await openStorage(`postgres://user@127.0.0.1:${port}/db`, { log });
  assert.equal(storage.isAvailable, false);
  await assert.rejects(storage.db.selectFrom("labels").selectAll().execute(), isUnreachable);
  await storage.close();
});
