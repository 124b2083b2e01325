import assert from "node:assert/strict";
import test from "node:test";
import { createHash } from "node:crypto";
import { sql } from "../../../src/storage/index.ts";
import { openTestEvaluation } from "../../support/evaluation.ts";
import type { TestEvaluation } from "../../support/evaluation.ts";

/** As somebody does it who has the database to himself. */
async function tamper({ storage }: TestEvaluation, statement: ReturnType<typeof sql>): Promise<void> {
  await sql`drop trigger audit_no_update`.execute(storage.db);
  await sql`drop trigger audit_no_delete`.execute(storage.db);
  await statement.execute(storage.db);
}

async function withThree(): Promise<TestEvaluation> {
  const opened = await openTestEvaluation();
  for (const kind of ["one", "two", "three"]) {
    await opened.evaluation.audit.append(kind, "somebody", { kind, nested: { b: 1, a: [0.1, null] } });
  }
  return opened;
}

test("entries are numbered, newest first, and each hash can be recomputed from the entry by hand", async () => {
  const opened = await withThree();
  const { entries, next_before: next, chain } = await opened.evaluation.readAudit({});
  assert.deepEqual(
    entries.map(({ seq, kind }) => [seq, kind]),
    [
      [3, "three"],
      [2, "two"],
      [1, "one"],
    ],
  );
  assert.equal(next, null);
  assert.deepEqual(chain, { valid: true, checked: 3, broken_at: null });
  const [third, second] = entries;
  assert.ok(third && second);
  assert.equal(third.previous_hash, second.hash);
  const text = `{"actor":"somebody","at_ms":1700000000000,"body":{"kind":"three","nested":{"a":[0.1,null],"b":1}},"kind":"three","previous_hash":"${second.hash}","seq":3}`;
  assert.equal(third.hash, createHash("sha256").update(text).digest("hex"));
  await opened.close();
});

test("pages go on where the one before ended", async () => {
  const opened = await withThree();
  const first = await opened.evaluation.readAudit({ limit: 2 });
  assert.equal(first.next_before, 2);
  const last = await opened.evaluation.readAudit({ limit: 2, before: 2 });
  assert.deepEqual(
    last.entries.map(({ seq }) => seq),
    [1],
  );
  assert.equal(last.next_before, null);
  await opened.close();
});

test("the database refuses to change an entry", async () => {
  const opened = await withThree();
  await assert.rejects(sql`update audit set actor = 'nobody' where seq = 2`.execute(opened.storage.db));
  await assert.rejects(sql`delete from audit where seq = 2`.execute(opened.storage.db));
  assert.equal((await opened.evaluation.audit.check()).valid, true);
  await opened.close();
});

for (const [what, statement] of [
  ["body", sql`update audit set body = '{"kind":"forged"}' where seq = 2`],
  ["body made unreadable", sql`update audit set body = '{' where seq = 2`],
  ["actor", sql`update audit set actor = 'nobody' where seq = 2`],
  ["time", sql`update audit set at_ms = at_ms - 1 where seq = 2`],
  ["hash", sql`update audit set hash = 'f' where seq = 2`],
  ["absence", sql`delete from audit where seq = 2`],
] as const) {
  test(`a tampered entry is found: ${what}`, async () => {
    const opened = await withThree();
    await tamper(opened, statement);
    assert.deepEqual(await opened.evaluation.audit.check(), { valid: false, checked: 1, broken_at: 2 });
    await opened.close();
  });
}

test("entries appended at once by two gateways make one chain", async () => {
  const opened = await openTestEvaluation();
  const other = opened.reopen();
  await Promise.all(
    Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? opened.evaluation : other).audit.append("k", "a", { n })),
  );
  assert.deepEqual(await other.audit.check(), { valid: true, checked: 40, broken_at: null });
  await opened.close();
});
