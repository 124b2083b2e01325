import assert from "node:assert/strict";
import test from "node:test";
import { Kysely, sql } from "kysely";
import { StorageUnavailable } from "../../../src/storage/errors.ts";
import { createSqliteDialect } from "../../../src/storage/sqlite-dialect.ts";
import { startSqliteThread } from "../../../src/storage/sqlite-thread.ts";
import type { SqliteThread } from "../../../src/storage/sqlite-thread.ts";

async function startThread(): Promise<SqliteThread> {
  const thread = startSqliteThread();
  await thread.ask({ kind: "open", path: ":memory:", identity: null });
  await thread.ask({ kind: "query", sql: "create table notes (text text)", parameters: [] });
  return thread;
}

test("a transaction whose thread ends fails whole; the next one runs on the next thread", async (t) => {
  let thread = await startThread();
  t.after(() => thread.close());
  const db = new Kysely<{ notes: { text: string } }>({
    dialect: createSqliteDialect({ connect: () => Promise.resolve(thread), onError: () => {} }),
  });
  const insert = db.insertInto("notes").values({ text: "x" });
  const cut = db.transaction().execute(async (transaction) => {
    await transaction.executeQuery(insert);
    await thread.close();
    thread = await startThread();
    await transaction.executeQuery(insert);
  });
  await assert.rejects(cut, (error) => error instanceof StorageUnavailable && error.reason === "closed");
  await db.transaction().execute((transaction) => transaction.executeQuery(insert));
  assert.equal((await db.selectFrom("notes").selectAll().execute()).length, 1);
});

test("queries that find no connection fail one by one, and later ones find it again", async (t) => {
  const thread = await startThread();
  t.after(() => thread.close());
  let isThere = false;
  const db = new Kysely<{ notes: { text: string } }>({
    dialect: createSqliteDialect({
      connect: async () => {
        if (isThere) return thread;
        throw new StorageUnavailable("io", "no thread");
      },
      onError: () => {},
    }),
  });
  const read = () => db.selectFrom("notes").selectAll().execute();
  const outcomes = await Promise.allSettled([read(), read(), db.transaction().execute(read)]);
  assert.ok(outcomes.every(({ status }) => status === "rejected"));
  isThere = true;
  assert.deepEqual(await read(), []);
});

test("more different statements than are kept prepared all answer", async (t) => {
  const thread = await startThread();
  t.after(() => thread.close());
  const db = new Kysely<object>({
    dialect: createSqliteDialect({ connect: () => Promise.resolve(thread), onError: () => {} }),
  });
  for (const round of [1, 2]) {
    for (let i = 0; i < 300; i += 1) {
      const { rows } = await sql`select ${sql.lit(i)} as i, ${round} as round`.execute(db);
      assert.deepEqual(rows, [{ i, round }]);
    }
  }
});

test("so many queries wait for the connection, and not one more; when it is free, all that waited are answered", async (t) => {
  const thread = await startThread();
  t.after(() => thread.close());
  const errors: unknown[] = [];
  const db = new Kysely<{ notes: { text: string } }>({
    dialect: createSqliteDialect({
      connect: () => Promise.resolve(thread),
      onError: (error) => errors.push(error),
      maxWaiting: 3,
    }),
  });
  const read = () => db.selectFrom("notes").selectAll().execute();
  const held = await db.startTransaction().execute();
  const waiting = [
    read(),
    read(),
    db.transaction().execute((transaction) => transaction.selectFrom("notes").selectAll().execute()),
  ];
  const tooMany = (error: unknown) => error instanceof StorageUnavailable && error.reason === "timeout";
  await assert.rejects(read(), tooMany);
  await assert.rejects(db.transaction().execute(read), tooMany);
  assert.ok(errors.length === 2 && errors.every(tooMany), "they are told of");
  await held.commit().execute();
  assert.equal((await Promise.all(waiting)).length, 3);
  assert.deepEqual(await read(), []);
});
