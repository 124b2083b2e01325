import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { StorageUnavailable } from "../../../src/storage/errors.ts";
import { openSqlite } from "../../../src/storage/open-sqlite.ts";
import { startSqliteThread } from "../../../src/storage/sqlite-thread.ts";
import type { SqliteThread } from "../../../src/storage/sqlite-thread.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { labelRow } from "../../support/stored-rows.ts";

async function open(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-open-"));
  const file = join(folder, "gateway.db");
  const clock = createManualClock();
  const lines: string[] = [];
  const line = (_fields: unknown, message: string) => void lines.push(message);
  const threads: SqliteThread[] = [];
  const storage = await openSqlite(
    file,
    { log: { debug() {}, info: line, warn: line, error: line }, clock },
    (onFile) => {
      const thread = startSqliteThread(onFile);
      threads.push(thread);
      return thread;
    },
  );
  t.after(async () => {
    await storage.close();
    rmSync(folder, { recursive: true });
  });
  return {
    file,
    clock,
    storage,
    lines,
    threads,
    killThread: async () => threads.at(-1)?.close(),
    insert: () => storage.db.insertInto("labels").values(labelRow()).execute(),
    count: async () => (await storage.db.selectFrom("labels").select("id").execute()).length,
  };
}

const isIo = (error: unknown) => error instanceof StorageUnavailable && error.reason === "io";

test("a thread that ended is followed by another, with all that was committed", async (t) => {
  const { killThread, insert, count, threads } = await open(t);
  await insert();
  await killThread();
  assert.equal(await count(), 1);
  await insert();
  assert.equal(threads.length, 2);
});

test("a file that could not be opened again is tried again every second, and told once", async (t) => {
  const { file, clock, killThread, insert, count, storage, lines, threads } = await open(t);
  await insert();
  await killThread();
  renameSync(file, `${file}.away`);
  mkdirSync(file);
  await assert.rejects(insert(), isIo);
  assert.equal(storage.isAvailable, false);
  await assert.rejects(insert(), isIo);
  assert.equal(threads.length, 2, "within the second nothing is tried");
  clock.advance(1000);
  await assert.rejects(count(), isIo);
  assert.equal(threads.length, 3);
  assert.equal(lines.length, 1, lines.join());
  rmdirSync(file);
  renameSync(`${file}.away`, file);
  clock.advance(1000);
  assert.equal(storage.isAvailable, true);
  await insert();
  assert.equal(await count(), 2);
  assert.ok(
    threads.slice(0, -1).every(({ isAlive }) => !isAlive),
    "no thread is left behind",
  );
});

test("a thread that is started anew makes no new file where the old one is gone", async (t) => {
  const { file, killThread, insert } = await open(t);
  await insert();
  await killThread();
  rmSync(file);
  await assert.rejects(insert(), (error) => isIo(error) && /deleted, moved or replaced/.test(String(error)));
  assert.ok(!existsSync(file));
});
