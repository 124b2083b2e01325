import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { seededRandom } from "../../src/kernel/index.ts";
import { sql } from "../../src/storage/index.ts";
import { baseline, candidate, openTestEvaluation, plainShirt } from "../support/evaluation.ts";
import type { TestEvaluation } from "../support/evaluation.ts";
import { postgresIsMissing, startPostgres } from "../support/postgres.ts";
import type { PostgresServer } from "../support/postgres.ts";

/** Labels before and after answers, revised, repeated, from several annotators and for nobody; failures; two samples. */
async function fill(opened: TestEvaluation): Promise<void> {
  const random = seededRandom(11);
  const pick = <T>(...values: T[]) => values[Math.floor(random() * values.length)] as T;
  for (let n = 0; n < 80; n += 1) {
    const content = `c${n}`;
    const common = {
      content,
      sampleId: n < 60 ? `s${n % 50}` : null,
      metadata: { lot: n % 3 },
      images: [`${n}`.padStart(64, "0")],
    };
    const label = {
      labels: { ...plainShirt, type: pick("shirt", "dress"), defect_type: pick(null, "hole") },
      source: pick("a", "b"),
    };
    if (n % 2 === 0) await opened.label({ image_sha256: common.images[0], design: "audit", ...label });
    await opened.answer(
      { ...common, attributes: { type: pick("shirt", "dress") } },
      {
        ...common,
        backend: candidate,
        confidence: 0.7,
        inclusion: 0.5,
        attributes: n % 9 === 0 ? null : { brand: pick(null, "Nike") },
      },
    );
    if (n % 3 === 0)
      await opened.label({
        request_id: `gar_c${n}`,
        annotator: pick("x", "y"),
        design: pick("import", "review"),
        ...label,
      });
    if (n % 10 === 0) await opened.evaluation.catchUp();
  }
  await opened.label({ sample_id: "nobody", labels: plainShirt });
  await opened.evaluation.catchUp();
}

async function views({ evaluation }: TestEvaluation) {
  let text = "";
  for await (const piece of (await evaluation.export({ format: "jsonl" })).text) text += piece;
  const all = { window: "all", designs: "audit,import,review" };
  return {
    leaderboard: await evaluation.leaderboard({}),
    bySource: await evaluation.leaderboard({ ...all, slice: ["source:a"] }),
    byLot: await evaluation.leaderboard({ ...all, by: "metadata.lot", slice: ["type:dress"] }),
    comparison: await evaluation.comparison({}),
    queue: await evaluation.reviewQueue({ limit: 10 }),
    drift: await evaluation.drift({ backend: baseline }),
    rows: text.split("\n"),
  };
}

/** Until one session of the database waits for another's lock, or it is known that none will. */
async function untilSomebodyWaits({ storage }: TestEvaluation, isOver: () => boolean): Promise<void> {
  for (;;) {
    const { rows } = await sql`select 1 from pg_locks where not granted`.execute(storage.db);
    if (rows.length > 0 || isOver()) return;
  }
}

describe("the evaluation over Postgres", { skip: postgresIsMissing }, () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.remove());

  test("shows what it shows over SQLite", async (t) => {
    const sqlite = await openTestEvaluation();
    const postgres = await openTestEvaluation(await server.createDatabase());
    t.after(() => Promise.all([sqlite.close(), postgres.close()]));
    await fill(sqlite);
    await fill(postgres);
    const expected = await views(sqlite);
    const found = await views(postgres);
    assert.ok(expected.rows.length > 80);
    for (const [name, view] of Object.entries(expected))
      assert.deepEqual(found[name as keyof typeof found], view, name);
  });

  test("several gateways score every answer once, with no id that becomes visible late", async (t) => {
    const url = await server.createDatabase();
    const all: TestEvaluation[] = [];
    for (let n = 0; n < 3; n += 1) all.push(await openTestEvaluation(url));
    t.after(() => Promise.all(all.map((each) => each.close())));
    const [first = assert.fail()] = all;
    for (let n = 0; n < 300; n += 1) {
      await first.answer({ content: `c${n}` }, { content: `c${n}`, backend: candidate });
      await first.label({ request_id: `gar_c${n}`, labels: plainShirt });
    }
    const done = new AbortController();
    const seen = new Set<number>();
    let highest = 0;
    const watching = (async () => {
      while (!done.signal.aborted) {
        const rows = await first.storage.db.selectFrom("scores").select("id").orderBy("id").execute();
        for (const { id } of rows) assert.ok(id > highest || seen.has(id), `${id} appeared below ${highest}`);
        for (const { id } of rows) seen.add(id);
        highest = rows.at(-1)?.id ?? 0;
      }
    })();
    await Promise.all(all.map(({ evaluation }) => evaluation.catchUp()));
    done.abort();
    await watching;
    assert.equal((await first.storage.db.selectFrom("scores").select("id").execute()).length, 600);
    assert.equal((await first.evaluation.comparison({})).pairs, 300);
  });

  test("what is being erased while it is scored does not come back, however far the erasing has come", async (t) => {
    const opened = await openTestEvaluation(await server.createDatabase());
    t.after(() => opened.close());
    const { db } = opened.storage;
    for (const content of ["c1", "c2"]) {
      await opened.answer({ content });
      await opened.label({ request_id: `gar_${content}`, labels: plainShirt });
    }
    // As the garments do it, with a pause before what goes last.
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const erasing = db.transaction().execute(async (tx) => {
      for (const table of ["image_bytes", "images", "answers", "scores", "truths"] as const) {
        await tx.deleteFrom(table).where("content", "=", "c1").execute();
      }
      reached.resolve();
      await goOn.promise;
      await tx.deleteFrom("garments").where("content", "=", "c1").execute();
    });
    await reached.promise;
    let isJoined = false;
    const joining = opened.evaluation.catchUp().then(() => (isJoined = true));
    await untilSomebodyWaits(opened, () => isJoined);
    goOn.resolve();
    await Promise.all([erasing, joining]);
    assert.deepEqual(await db.selectFrom("truths").select("content").execute(), [{ content: "c2" }]);
    assert.deepEqual(await db.selectFrom("scores").select("content").execute(), [{ content: "c2" }]);
  });

  test("gateways that append to the record at once make one chain, which shows what was tampered with", async (t) => {
    const url = await server.createDatabase();
    const one = await openTestEvaluation(url);
    const other = await openTestEvaluation(url);
    t.after(() => Promise.all([one.close(), other.close()]));
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        (n % 2 === 0 ? one : other).evaluation.audit.append("k", "a", { n, x: 0.1 }),
      ),
    );
    assert.deepEqual(await one.evaluation.audit.check(), { valid: true, checked: 60, broken_at: null });
    await sql`alter table audit disable trigger all`.execute(one.storage.db);
    await sql`update audit set actor = 'nobody' where seq = 30`.execute(one.storage.db);
    assert.deepEqual(await other.evaluation.audit.check(), { valid: false, checked: 29, broken_at: 30 });
  });
});
