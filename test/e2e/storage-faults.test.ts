import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { TestContext } from "node:test";
import { openStorage, sql, StorageRefused, StorageUnavailable } from "../../src/storage/index.ts";
import type { Storage } from "../../src/storage/index.ts";
import { labelRow } from "../support/stored-rows.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-faults-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function open(t: TestContext, file: string): Promise<Storage> {
  const storage = await openStorage(`sqlite:${file}`, { log });
  t.after(() => storage.close());
  return storage;
}

async function assertRefused(file: string, message: RegExp): Promise<void> {
  await assert.rejects(openStorage(`sqlite:${file}`, { log }), (error) => {
    assert.ok(error instanceof StorageRefused, String(error));
    assert.match(error.message, message);
    assert.ok(error.message.includes(file), `the message names the file: ${error.message}`);
    return true;
  });
}

/** A database with enough rows to fill some hundred pages. */
async function writeDatabase(file: string): Promise<Buffer> {
  const { db, close } = await openStorage(`sqlite:${file}`, { log });
  for (let i = 0; i < 10; i += 1) {
    const rows = Array.from({ length: 500 }, (_, n) => labelRow({ key: `sample-${i}-${n}` }));
    await db.insertInto("labels").values(rows).execute();
  }
  await close();
  return readFileSync(file);
}

test("the folder of the database is created where it is missing", async (t) => {
  const file = join(newFolder(t), "a", "b", "gateway.db");
  await open(t, file);
  assert.ok(existsSync(file));
});

test("a file that is no database is refused and stays as it is", async (t) => {
  const file = join(newFolder(t), "notes.txt");
  for (const content of ["my notes", "SQLite format 2 ".repeat(1000)]) {
    writeFileSync(file, content);
    await assertRefused(file, /is not a SQLite database; nothing was overwritten/);
    assert.equal(readFileSync(file, "utf8"), content);
  }
});

test("a database with damaged pages is refused and stays as it is, byte by byte", async (t) => {
  const file = join(newFolder(t), "gateway.db");
  const sound = await writeDatabase(file);
  const damages: [string, (bytes: Buffer) => Buffer][] = [
    ["cut short", (bytes) => bytes.subarray(0, 5000)],
    ["header only", (bytes) => bytes.subarray(0, 16)],
    [
      "schema page overwritten",
      (bytes) => Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(3996, 0xa5), bytes.subarray(4096)]),
    ],
    ["pages of rows overwritten", (bytes) => Buffer.from(bytes).fill(0x5a, 200 * 1024, 220 * 1024)],
  ];
  for (const [name, damage] of damages) {
    const damaged = damage(sound);
    writeFileSync(file, damaged);
    await assertRefused(file, /damaged|malformed|not a database|nothing was overwritten/);
    assert.ok(readFileSync(file).equals(damaged), name);
  }
  writeFileSync(file, sound);
  const { db } = await open(t, file);
  assert.equal((await db.selectFrom("labels").select("id").execute()).length, 5000);
});

test("another program's database is refused and stays as it is", async (t) => {
  const file = join(newFolder(t), "other.db");
  const other = new DatabaseSync(file);
  other.exec("create table bookmarks (url text)");
  other.close();
  await assertRefused(file, /belongs to another program \(it has a table bookmarks\)/);
  const again = new DatabaseSync(file);
  assert.equal(again.prepare("select count(*) as count from sqlite_schema").get()?.["count"], 1);
  again.close();
});

test("a path that cannot hold a database is refused in words", async (t) => {
  const folder = newFolder(t);
  await assertRefused(folder, /is not a file: name one/);
  writeFileSync(join(folder, "file"), "x");
  await assertRefused(join(folder, "file", "gateway.db"), /the folder cannot be created/);
  await assertRefused("/proc/gateway.db", /cannot be opened/);
});

test("a database that another process holds is refused at the start", async (t) => {
  const file = join(newFolder(t), "gateway.db");
  await writeDatabase(file);
  const other = new DatabaseSync(file);
  t.after(() => other.close());
  other.exec("begin exclusive");
  await assertRefused(file, /is locked by another process/);
});

test("a lock of another process while running is told as such, and the store works on after it", async (t) => {
  const file = join(newFolder(t), "gateway.db");
  const { db } = await open(t, file);
  await sql`pragma busy_timeout = 50`.execute(db);
  const other = new DatabaseSync(file);
  t.after(() => other.close());
  other.exec("begin exclusive");
  const insert = () => db.insertInto("labels").values(labelRow()).execute();
  const isLocked = (error: unknown) => error instanceof StorageUnavailable && error.reason === "locked";
  await assert.rejects(insert(), isLocked);
  await assert.rejects(
    db.transaction().execute((transaction) => transaction.insertInto("labels").values(labelRow()).execute()),
    isLocked,
  );
  assert.deepEqual(await db.selectFrom("labels").selectAll().execute(), [], "reading goes on");
  other.exec("commit");
  await insert();
});

test("while another process keeps the lock, those behind the one that waited in vain do not wait; then all do again", async (t) => {
  const file = join(newFolder(t), "gateway.db");
  const { db } = await open(t, file);
  const waitsFor = async () => (await sql<{ timeout: number }>`pragma busy_timeout`.execute(db)).rows[0]?.timeout;
  await sql`pragma busy_timeout = 50`.execute(db);
  const other = new DatabaseSync(file);
  t.after(() => other.close());
  other.exec("begin immediate");
  const insert = () => db.insertInto("labels").values(labelRow()).execute();
  const outcomes = await Promise.allSettled(Array.from({ length: 30 }, insert));
  assert.ok(
    outcomes.every(
      (outcome) => outcome.status === "rejected" && (outcome.reason as { reason?: string }).reason === "locked",
    ),
  );
  assert.equal(await waitsFor(), 0);
  assert.deepEqual(await db.selectFrom("labels").selectAll().execute(), [], "reading goes on");
  other.exec("commit");
  await Promise.all(Array.from({ length: 30 }, insert));
  assert.equal(await waitsFor(), 50);
});

const isMoved = (error: unknown) =>
  error instanceof StorageUnavailable && error.reason === "io" && /deleted, moved or replaced/.test(error.message);

/** With the files that SQLite makes beside it. */
function move(from: string, to: string): void {
  for (const end of ["", "-wal", "-shm"]) renameSync(`${from}${end}`, `${to}${end}`);
}

test("a file that is deleted while running takes nothing more, and is not made anew", async (t) => {
  const folder = newFolder(t);
  const file = join(folder, "gateway.db");
  const storage = await open(t, file);
  const { db } = storage;
  const insert = () => db.insertInto("labels").values(labelRow()).execute();
  await insert();
  assert.equal(storage.isAvailable, true);
  for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`);
  await assert.rejects(insert(), isMoved);
  await assert.rejects(db.transaction().execute(insert), isMoved);
  await assert.rejects(
    db.selectFrom("labels").selectAll().execute(),
    isMoved,
    "nor is it read: it is not what is stored",
  );
  assert.equal(storage.isAvailable, false);
  assert.deepEqual(readdirSync(folder), []);
});

test("a transaction that is open while the file is deleted is not committed", async (t) => {
  const file = join(newFolder(t), "gateway.db");
  const { db } = await open(t, file);
  const transaction = db.transaction().execute(async (tx) => {
    await tx.insertInto("labels").values(labelRow()).execute();
    rmSync(file);
  });
  await assert.rejects(transaction, isMoved);
});

test("a file whose write-ahead file is deleted takes nothing more", async (t) => {
  const file = join(newFolder(t), "gateway.db");
  const { db } = await open(t, file);
  rmSync(`${file}-wal`);
  await assert.rejects(db.insertInto("labels").values(labelRow()).execute(), isMoved);
});

test("a file that was moved is noticed without a query, and works on by itself when it is back", async (t) => {
  const file = join(newFolder(t), "gateway.db");
  const storage = await open(t, file);
  const insert = () => storage.db.insertInto("labels").values(labelRow()).execute();
  await insert();
  move(file, `${file}.away`);
  while (storage.isAvailable) await delay(20);
  await writeDatabase(file);
  await assert.rejects(insert(), isMoved, "another file at its path is not taken for it");
  rmSync(file);
  move(`${file}.away`, file);
  while (!storage.isAvailable) await delay(20);
  await insert();
  assert.equal((await storage.db.selectFrom("labels").select("id").execute()).length, 2);
});

/** A small file system of its own, where this process may mount one; the test unmounts it. */
function mountSmall(folder: string): string | undefined {
  const mountPoint = join(folder, "small");
  mkdirSync(mountPoint);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", mountPoint], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return mountPoint;
}

test("a full disk is told as such, keeps what was stored, and ends when there is room again", async (t) => {
  const folder = newFolder(t);
  const small = mountSmall(folder);
  // Where nothing can be mounted, SQLite itself limits the file and answers the same.
  t.diagnostic(small === undefined ? "by max_page_count" : "on a full tmpfs");
  const file = join(small ?? folder, "gateway.db");
  const storage = await openStorage(`sqlite:${file}`, { log });
  const { db } = storage;
  try {
    if (small === undefined) await sql`pragma max_page_count = 300`.execute(db);
    const rows = Array.from({ length: 200 }, () => labelRow({ labels: "x".repeat(500) }));
    let stored = 0;
    const fill = async () => {
      for (;;) {
        await db.transaction().execute(async (transaction) => {
          await transaction.insertInto("labels").values(rows).execute();
          await transaction.insertInto("labels").values(rows).execute();
        });
        stored += 2 * rows.length;
      }
    };
    const isFull = (error: unknown) => error instanceof StorageUnavailable && error.reason === "disk_full";
    await assert.rejects(fill(), isFull);
    await assert.rejects(fill(), isFull);
    assert.ok(stored > 0);
    assert.equal((await db.selectFrom("labels").select("id").execute()).length, stored, "no half transaction");
    assert.deepEqual((await sql`pragma integrity_check`.execute(db)).rows, [{ integrity_check: "ok" }]);
    if (small === undefined) await sql`pragma max_page_count = 3000`.execute(db);
    else execFileSync("mount", ["-o", "remount,size=8m", small]);
    await db.insertInto("labels").values(rows).execute();
    assert.equal((await db.selectFrom("labels").select("id").execute()).length, stored + rows.length);
  } finally {
    await storage.close();
    if (small !== undefined) execFileSync("umount", [small]);
  }
});
