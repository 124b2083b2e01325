import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import { openStorage, sql, StorageRefused, StorageUnavailable } from "../../src/storage/index.ts";
import type { Storage, StorageDeps } from "../../src/storage/index.ts";
import { armRow, auditRow, labelRow, scoreRow } from "../support/stored-rows.ts";
import type { StoreUnderTest } from "../support/stores.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** What both databases promise to the rooms that write the queries. */
export function describeStorage({ name, start, stop, newDatabase, skip }: StoreUnderTest): void {
  describe(`storage on ${name}`, { skip }, () => {
    before(start);
    after(stop);

    async function open(t: TestContext, url?: string, deps: Partial<StorageDeps> = {}): Promise<Storage> {
      const storage = await openStorage(url ?? (await newDatabase()), { log, ...deps });
      t.after(() => storage.close());
      return storage;
    }

    test("text comes back as it went in, in any script", async (t) => {
      const { db } = await open(t);
      for (const key of [
        "naïve Größe",
        "連衣裙",
        "👗🏽",
        "'; drop table labels; --",
        "",
        " a\tb\n",
        "\u{FFFF}\u{10FFFF}",
      ]) {
        const row = labelRow({ key, labels: JSON.stringify({ type: key }) });
        const { id } = await db.insertInto("labels").values(row).returning("id").executeTakeFirstOrThrow();
        const stored = await db.selectFrom("labels").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
        assert.deepEqual(stored, { ...row, id });
        assert.equal((await db.selectFrom("labels").select("id").where("key", "=", key).execute()).length, 1);
      }
    });

    test("NUL in text becomes U+FFFD, and inside of JSON text it is kept", async (t) => {
      const { db } = await open(t);
      const metadata = JSON.stringify({ note: "a\0b" });
      await db
        .insertInto("labels")
        .values(labelRow({ key: "a\0b\0", labels: metadata }))
        .execute();
      const stored = await db.selectFrom("labels").selectAll().where("key", "=", "a\0b\0").executeTakeFirstOrThrow();
      assert.equal(stored.key, "a\u{FFFD}b\u{FFFD}");
      assert.deepEqual(JSON.parse(stored.labels), { note: "a\0b" });
    });

    test("numbers come back as numbers: large integers, fractions, counts, sums and flags", async (t) => {
      const { db } = await open(t);
      const row = scoreRow({ created_ms: Number.MAX_SAFE_INTEGER, scored_ms: -1, weighted: 0.1 + 0.2, quality: 1 });
      await db.insertInto("scores").values(row).execute();
      const stored = await db.selectFrom("scores").selectAll().executeTakeFirstOrThrow();
      assert.deepEqual(stored, { ...row, id: stored.id });
      const sums = await db
        .selectFrom("scores")
        .select(({ fn }) => [
          fn.countAll<number>().as("count"),
          fn.sum<number>("is_clean").as("clean"),
          fn.avg<number>("latency_ms").as("latency"),
          fn.max("created_ms").as("newest"),
          sql<number>`min(is_clean) = 1`.as("is_all_clean"),
        ])
        .executeTakeFirstOrThrow();
      assert.deepEqual(sums, {
        count: 1,
        clean: 1,
        latency: 12.5,
        newest: Number.MAX_SAFE_INTEGER,
        is_all_clean: 1,
      });
    });

    test("flags, missing values and big integers can be given; objects are refused", async (t) => {
      const { db } = await open(t);
      const given = { is_joined: true, created_ms: 7n } as unknown as { is_joined: number; created_ms: number };
      await db.insertInto("labels").values(labelRow(given)).execute();
      const stored = await db.selectFrom("labels").select(["is_joined", "created_ms"]).execute();
      assert.deepEqual(stored, [{ is_joined: 1, created_ms: 7 }]);
      const sample = { sample_id: undefined as unknown as null };
      await db.insertInto("scores").values(scoreRow(sample)).execute();
      assert.deepEqual(await db.selectFrom("scores").select("sample_id").execute(), [{ sample_id: null }]);
      const wrong = { labels: { type: "shirt" } as unknown as string };
      await assert.rejects(db.insertInto("labels").values(labelRow(wrong)).execute(), TypeError);
    });

    test("an integer that no number can hold is refused rather than rounded", async (t) => {
      const { db } = await open(t);
      const tooLarge = { created_ms: 9_007_199_254_740_993n as unknown as number };
      await db.insertInto("labels").values(labelRow(tooLarge)).execute();
      await assert.rejects(db.selectFrom("labels").select("created_ms").execute(), /too large|out of range/i);
      assert.equal((await db.selectFrom("labels").select("id").execute()).length, 1, "the store works on");
    });

    test("bytes come back as bytes, from a slice of a larger buffer too", async (t) => {
      const { db } = await open(t);
      const whole = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256);
      const photos = [whole, Buffer.from(whole.buffer, 100, 256), new Uint8Array(0)];
      for (const [n, jpeg] of photos.entries()) {
        const row = {
          content: "c",
          n,
          jpeg,
          bytes: jpeg.length,
          vision_tokens: 1,
          inclusion: 1,
          preparation: "1",
          stored_ms: 1,
        };
        await db.insertInto("image_bytes").values(row).execute();
        const { jpeg: stored } = await db
          .selectFrom("image_bytes")
          .select("jpeg")
          .where("n", "=", n)
          .executeTakeFirstOrThrow();
        assert.deepEqual(stored, new Uint8Array(jpeg));
      }
      assert.equal(whole.byteLength, 70_000, "the caller keeps its bytes");
    });

    test("text is compared and ordered by its bytes", async (t) => {
      const { db } = await open(t);
      const ids = ["b", "A", "a", "B", "é", "z", "_"];
      await db
        .insertInto("arms")
        .values(ids.map((id) => armRow({ id })))
        .execute();
      const stored = await db.selectFrom("arms").select("id").orderBy("id").execute();
      assert.deepEqual(
        stored.map(({ id }) => id),
        ["A", "B", "_", "a", "b", "z", "é"],
      );
    });

    test("a transaction that throws leaves nothing, one that ends leaves everything", async (t) => {
      const { db } = await open(t);
      const attempt = db.transaction().execute(async (transaction) => {
        await transaction.insertInto("labels").values(labelRow()).execute();
        throw new Error("changed my mind");
      });
      await assert.rejects(attempt, /changed my mind/);
      assert.deepEqual(await db.selectFrom("labels").selectAll().execute(), []);
      await db.transaction().execute(async (transaction) => {
        await transaction.insertInto("labels").values(labelRow()).execute();
        await transaction.insertInto("arms").values(armRow()).execute();
      });
      assert.equal((await db.selectFrom("labels").selectAll().execute()).length, 1);
    });

    test("a transaction with a broken query in it leaves nothing, and the store works on", async (t) => {
      const { db } = await open(t);
      await db.insertInto("arms").values(armRow()).execute();
      const attempt = db.transaction().execute(async (transaction) => {
        await transaction.insertInto("labels").values(labelRow()).execute();
        await transaction.insertInto("arms").values(armRow()).execute();
      });
      await assert.rejects(attempt, (error) => !(error instanceof StorageUnavailable));
      assert.deepEqual(await db.selectFrom("labels").selectAll().execute(), []);
      await db.insertInto("labels").values(labelRow()).execute();
    });

    test("a savepoint takes a part of a transaction back", async (t) => {
      const { db } = await open(t);
      const transaction = await db.startTransaction().execute();
      await transaction
        .insertInto("labels")
        .values(labelRow({ key: "kept" }))
        .execute();
      const part = await transaction.savepoint("part").execute();
      await part
        .insertInto("labels")
        .values(labelRow({ key: "dropped" }))
        .execute();
      await part.rollbackToSavepoint("part").execute();
      await transaction.commit().execute();
      assert.deepEqual(await db.selectFrom("labels").select("key").execute(), [{ key: "kept" }]);
    });

    test("concurrent transactions do not lose each other's counts", async (t) => {
      const { db } = await open(t);
      const key = { hour_ms: 0, backend: "b", outcome: "mirrored" };
      await Promise.all(
        Array.from({ length: 20 }, () =>
          db.transaction().execute(async (transaction) => {
            await transaction
              .insertInto("coverage")
              .values({ ...key, count: 1 })
              .onConflict((conflict) =>
                conflict
                  .columns(["hour_ms", "backend", "outcome"])
                  .doUpdateSet({ count: sql<number>`coverage.count + excluded.count` }),
              )
              .execute();
          }),
        ),
      );
      assert.deepEqual(await db.selectFrom("coverage").selectAll().execute(), [{ ...key, count: 20 }]);
    });

    test("what breaks either unique rule of scores is left out, and the rest goes in", async (t) => {
      const { db } = await open(t);
      await db
        .insertInto("scores")
        .values(scoreRow({ content: "a", sample_id: "s" }))
        .execute();
      const rows = [
        scoreRow({ content: "a", sample_id: "other" }),
        scoreRow({ content: "b", sample_id: "s" }),
        scoreRow({ content: "c" }),
        scoreRow({ content: "d" }),
        scoreRow({ content: "a", arm_id: "arm-2", sample_id: "s" }),
      ];
      const inserted = await db
        .insertInto("scores")
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .returning(["content", "arm_id"])
        .execute();
      assert.deepEqual(inserted, [
        { content: "c", arm_id: "arm-1" },
        { content: "d", arm_id: "arm-1" },
        { content: "a", arm_id: "arm-2" },
      ]);
    });

    test("changes tell how many rows they touched", async (t) => {
      const { db } = await open(t);
      await db
        .insertInto("labels")
        .values([labelRow(), labelRow(), labelRow({ key: "x" })])
        .execute();
      const updated = await db.updateTable("labels").set({ is_joined: 1 }).where("key", "=", "sample-1").execute();
      assert.deepEqual(
        updated.map(({ numUpdatedRows }) => numUpdatedRows),
        [2n],
      );
      const deleted = await db.deleteFrom("labels").execute();
      assert.deepEqual(
        deleted.map(({ numDeletedRows }) => numDeletedRows),
        [3n],
      );
    });

    test("the audit takes entries and refuses to change, replace or remove one", async (t) => {
      const { db, dialect } = await open(t);
      await db.insertInto("audit").values(auditRow()).execute();
      await db
        .insertInto("audit")
        .values(auditRow({ seq: 2 }))
        .execute();
      const changes = [
        db.updateTable("audit").set({ actor: "somebody" }),
        db.deleteFrom("audit").where("seq", "=", 1),
        db
          .insertInto("audit")
          .values(auditRow({ actor: "somebody" }))
          .onConflict((conflict) => conflict.column("seq").doUpdateSet({ actor: "somebody" })),
        ...(dialect === "sqlite" ? [db.replaceInto("audit").values(auditRow({ actor: "somebody" }))] : []),
      ];
      for (const change of changes) await assert.rejects(change.execute(), /audit is append-only/);
      if (dialect === "postgres") await assert.rejects(sql`truncate audit`.execute(db), /audit is append-only/);
      const stored = await db.selectFrom("audit").select(["seq", "actor"]).orderBy("seq").execute();
      assert.deepEqual(stored, [
        { seq: 1, actor: "a" },
        { seq: 2, actor: "a" },
      ]);
    });

    test("ids only grow, after the newest row is deleted too", async (t) => {
      const { db } = await open(t);
      const insert = () => db.insertInto("labels").values(labelRow()).returning("id").executeTakeFirstOrThrow();
      const first = await insert();
      await db.deleteFrom("labels").execute();
      assert.ok((await insert()).id > first.id);
    });

    test("a large batch goes in and out whole", async (t) => {
      const { db } = await open(t);
      const rows = Array.from({ length: 4000 }, (_, i) => labelRow({ key: `sample-${i}`, is_joined: i % 2 }));
      await db.insertInto("labels").values(rows).execute();
      const stored = await db.selectFrom("labels").select(["key", "is_joined"]).orderBy("id").execute();
      assert.deepEqual(
        stored,
        rows.map(({ key, is_joined }) => ({ key, is_joined })),
      );
    });

    test("what is stored is there after closing and opening again", async (t) => {
      const url = await newDatabase();
      const first = await openStorage(url, { log });
      await first.db.insertInto("labels").values(labelRow()).execute();
      await first.close();
      const second = await open(t, url);
      assert.equal(second.isAvailable, true);
      assert.equal((await second.db.selectFrom("labels").selectAll().execute()).length, 1);
    });

    test("several processes may open a new database at once", async (t) => {
      const url = await newDatabase();
      const stores = await Promise.all(Array.from({ length: 4 }, () => open(t, url)));
      await Promise.all(stores.map(({ db }) => db.insertInto("labels").values(labelRow()).execute()));
      const [store] = stores as [Storage];
      assert.equal((await store.db.selectFrom("labels").selectAll().execute()).length, 4);
      const versions = await sql`select version from schema_version`.execute(store.db);
      assert.deepEqual(versions.rows, [{ version: 1 }]);
    });

    test("a database from a newer version is refused and left as it is", async (t) => {
      const url = await newDatabase();
      const first = await openStorage(url, { log });
      await sql`insert into schema_version (version, applied_ms) values (7, 0)`.execute(first.db);
      await first.close();
      await assert.rejects(openStorage(url, { log }), (error) => {
        assert.ok(error instanceof StorageRefused);
        assert.match(error.message, /written by a newer version \(schema 7, this one knows 1\)/);
        return true;
      });
      await assert.rejects(open(t, url), StorageRefused);
    });

    test("closing lets running queries finish and refuses later ones", async () => {
      const reasons: string[] = [];
      const storage = await openStorage(await newDatabase(), { log, onError: (reason) => reasons.push(reason) });
      const { db } = storage;
      await db.selectFrom("labels").selectAll().execute();
      const running = Array.from({ length: 50 }, (_, i) =>
        db
          .insertInto("labels")
          .values(labelRow({ key: String(i) }))
          .execute(),
      );
      const transaction = db.transaction().execute(async (transaction) => {
        for (let i = 0; i < 50; i += 1) await transaction.insertInto("labels").values(labelRow()).execute();
      });
      const outcomes = Promise.allSettled([...running, transaction]);
      await Promise.all([storage.close(), storage.close()]);
      for (const outcome of await outcomes) {
        if (outcome.status === "fulfilled") continue;
        assert.ok(outcome.reason instanceof StorageUnavailable, String(outcome.reason));
        assert.equal(outcome.reason.reason, "closed");
      }
      assert.equal(storage.isAvailable, false);
      const late = db.selectFrom("labels").selectAll().execute();
      await assert.rejects(late, (error) => error instanceof StorageUnavailable && error.reason === "closed");
      assert.ok(reasons.includes("closed"));
      assert.ok(
        reasons.every((reason) => reason === "closed"),
        reasons.join(),
      );
    });

    test("a wrong query is not told as a lack of the store", async (t) => {
      const reasons: string[] = [];
      const { db } = await open(t, undefined, { onError: (reason) => reasons.push(reason) });
      await assert.rejects(
        sql`select nothing from nowhere`.execute(db),
        (error) => !(error instanceof StorageUnavailable),
      );
      assert.deepEqual(reasons, ["query"]);
    });
  });
}
