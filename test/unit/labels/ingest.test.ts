import assert from "node:assert/strict";
import test from "node:test";
import { ndjson, openLabels, pieces } from "../../support/labels.ts";

test("good lines are stored, the others told by their numbers", async (t) => {
  const { labels, storage } = await openLabels(t);
  const text = [
    '{"sample_id":"a","labels":{"type":"dress"}}',
    "",
    "{",
    '{"sample_id":"b","labels":{"colour":"red"}}',
    `{"sample_id":"c","source":"${"x".repeat(70_000)}","labels":{"type":"dress"}}`,
    '{"sample_id":"d","labels":"{\\"type\\":\\"Shirt\\",\\"brand\\":\\"N/A\\"}"}',
  ].join("\r\n");
  const taken = await labels.ingest(pieces(`\u{feff}${text}`));
  assert.deepEqual(
    { ...taken, rejected: taken.rejected.map(({ line, error }) => [line, error.slice(0, 30)]) },
    {
      accepted: 2,
      added: 2,
      joined: 0,
      rejectedCount: 3,
      bytes: Buffer.byteLength(text) + 3,
      rejected: [
        [3, "is not valid JSON"],
        [4, "labels.colour is not a field; "],
        [5, "is longer than 65536 bytes"],
      ],
    },
  );
  const rows = await storage.db.selectFrom("labels").select(["key", "labels", "is_joined"]).orderBy("id").execute();
  assert.deepEqual(rows, [
    { key: "a", labels: '{"type":"dress"}', is_joined: 0 },
    { key: "d", labels: '{"type":"Shirt","brand":null}', is_joined: 0 },
  ]);
});

test("of the rejected the first thousand are listed, and all are counted", async (t) => {
  const { labels } = await openLabels(t);
  const taken = await labels.ingest(pieces("x\n".repeat(1001), 65_536));
  assert.deepEqual([taken.accepted, taken.rejected.length, taken.rejectedCount], [0, 1000, 1001]);
  assert.deepEqual(taken.rejected.at(-1), { line: 1000, error: "is not valid JSON" });
});

test("those who join labels with answers are told after each commit", async (t) => {
  let kicks = 0;
  const { labels } = await openLabels(t, { onStored: () => void (kicks += 1) });
  const many = Array.from({ length: 1001 }, (_, at) => ({ sample_id: `s${at}`, labels: { type: "dress" } }));
  await labels.ingest(pieces(ndjson(many)));
  assert.equal(kicks, 3);
  await assert.rejects(labels.put({}));
  assert.equal(kicks, 3);
});

test("where the store fails in the middle, the caller learns how much is stored", async (t) => {
  const { labels, storage } = await openLabels(t);
  const many = ndjson(Array.from({ length: 1200 }, (_, at) => ({ sample_id: `s${at}`, labels: { type: "dress" } })));
  async function* source() {
    const half = many.length / 2;
    yield* pieces(many.slice(0, half));
    await storage.close();
    yield* pieces(many.slice(half));
  }
  await assert.rejects(labels.ingest(source()), (error: Error & { code: string }) => {
    assert.equal(error.code, "overloaded");
    assert.match(
      error.message,
      /^The labels could not be stored\..* 500 of the labels are stored; send all of them again/,
    );
    return true;
  });
  await assert.rejects(labels.put({ sample_id: "s", labels: { type: "x" } }), { code: "overloaded" });
  await assert.rejects(labels.ingest(pieces("")), { code: "overloaded" });
  await assert.rejects(labels.find("s1"), { code: "overloaded" });
});

test("four streams are taken in at once, a fifth is sent away, and room comes back whatever became of them", async (t) => {
  const { labels } = await openLabels(t);
  const gate = Promise.withResolvers<void>();
  async function* waiting() {
    yield Buffer.from('{"sample_id":"s","labels":{"type":"dress"}}\n');
    await gate.promise;
  }
  async function* failing() {
    yield Buffer.from("x\n");
    await gate.promise;
    throw new Error("the connection closed");
  }
  const running = [
    labels.ingest(waiting()),
    labels.ingest(waiting()),
    labels.ingest(failing()),
    labels.ingest(failing()),
  ];
  await assert.rejects(labels.ingest(pieces("")), { code: "overloaded", retryAfterSeconds: 5 });
  gate.resolve();
  assert.deepEqual(
    (await Promise.allSettled(running)).map(({ status }) => status),
    ["fulfilled", "fulfilled", "rejected", "rejected"],
  );
  const more = await Promise.all([1, 2, 3, 4].map(() => labels.ingest(pieces(""))));
  assert.equal(more.length, 4);
});

test("two hundred thousand lines take no more memory than two thousand", async (t) => {
  const { labels } = await openLabels(t);
  let most = 0;
  async function* lines(count: number) {
    for (let at = 0; at < count; at += 500) {
      // The same hundred labels again: what the store itself keeps in memory is not what is measured.
      const some = Array.from({ length: 500 }, (_, n) => ({
        sample_id: `s${n % 100}`,
        labels: { type: "t", color: "x".repeat(80) },
      }));
      yield Buffer.from(ndjson(some));
      most = Math.max(most, process.memoryUsage().heapUsed);
    }
  }
  const taken = await labels.ingest(lines(2000));
  const little = most;
  most = 0;
  assert.equal((await labels.ingest(lines(200_000))).accepted, 200_000);
  assert.equal(taken.accepted, 2000);
  // Garbage that has not been collected yet is in it too: all lines together are 30 MB of text, and 200 MB once parsed.
  assert.ok(most < little + 100_000_000, `${most} bytes at most, ${little} with little`);
});
