import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import {
  contentsOfLabels,
  labelsOfContents,
  markJoined,
  readTruths,
  saveTruths,
  unjoinedLabels,
} from "../../src/labels/index.ts";
import type { Truth } from "../../src/labels/index.ts";
import { addGarment, ndjson, openLabels, pieces } from "../support/labels.ts";
import type { StoreUnderTest } from "../support/stores.ts";

const hash = "ab".repeat(32);

/** What the labels room keeps and finds again, the same on both databases. */
export function describeLabels({ name, start, stop, newDatabase, skip }: StoreUnderTest): void {
  describe(`labels on ${name}`, { skip }, () => {
    before(start);
    after(stop);
    const open = async (t: TestContext) => openLabels(t, {}, await newDatabase());

    test("a label that says nothing new is accepted and not stored again; a differing one is a new revision", async (t) => {
      const { labels, storage } = await open(t);
      const label = { sample_id: "a", annotator: "mia", labels: { type: "dress", color: "red" } };
      const reordered = { ...label, labels: { color: "red", type: "dress" } };
      const changes = [{ labels: { type: "skirt" } }, { annotator: "bo" }, { source: "shop" }, { design: "audit" }];
      const ingest = async (...given: object[]) => {
        const { accepted, added } = await labels.ingest(pieces(ndjson(given)));
        return [accepted, added];
      };
      assert.deepEqual(await ingest(label, reordered), [2, 1]);
      assert.deepEqual(await ingest(reordered), [1, 0]);
      const count = async () => (await storage.db.selectFrom("labels").select("id").execute()).length;
      assert.equal(await count(), 1);
      for (const [at, change] of changes.entries()) {
        await labels.put({ ...label, ...change });
        await labels.put(label);
        // Bo is an annotator of his own: Mia's label stands as it is.
        assert.equal(await count(), [3, 4, 6, 8][at]);
      }
    });

    test("labels whose garment is known count as joined, whatever their kind of key", async (t) => {
      const { labels, storage } = await open(t);
      await addGarment(storage, { id: "gar_1", sampleId: "s1", sha256: hash });
      const of = (key: object) => ({ ...key, labels: { type: "dress" } });
      const known = [of({ request_id: "gar_1" }), of({ sample_id: "s1" }), of({ image_sha256: hash.toUpperCase() })];
      const unknown = [of({ request_id: "s1" }), of({ sample_id: "gar_1" }), of({ image_sha256: "00".repeat(32) })];
      const taken = await labels.ingest(pieces(ndjson([...known, ...unknown, ...known])));
      assert.deepEqual([taken.accepted, taken.joined], [9, 6]);
    });

    test("a content has the labels of its garments, their sample_ids and its images, of each annotator the newest", async (t) => {
      const { labels, storage } = await open(t);
      await addGarment(storage, { id: "gar_1", content: "c1", sampleId: "s", sha256: hash });
      await addGarment(storage, { id: "gar_2", content: "c1", sampleId: "s" });
      await addGarment(storage, { id: "gar_3", content: "c2", sampleId: "s" });
      await addGarment(storage, { id: "gar_4", content: "c3" });
      const given = [
        { request_id: "gar_2", labels: { type: "old" } },
        { request_id: "gar_2", labels: { type: "dress" } },
        { sample_id: "s", annotator: "a", labels: { type: "skirt" } },
        { sample_id: "s", annotator: "b", labels: { type: "coat" } },
        { image_sha256: hash, labels: { type: "shirt" } },
        { sample_id: "nobody's", labels: { type: "sock" } },
      ];
      await labels.ingest(pieces(ndjson(given)));
      const found = await labelsOfContents(storage.db, ["c1", "c2", "c3", "c4"]);
      const types = (content: string) =>
        found
          .get(content)
          ?.map((label) => label.labels.type)
          .toSorted();
      assert.deepEqual(types("c1"), ["coat", "dress", "shirt", "skirt"]);
      assert.deepEqual(types("c2"), ["coat", "skirt"]);
      assert.deepEqual([...found.keys()].toSorted(), ["c1", "c2"]);
      assert.equal((await labelsOfContents(storage.db, [])).size, 0);
    });

    test("the contents of labels come in pages, each once", async (t) => {
      const { storage } = await open(t);
      for (let n = 0; n < 5; n += 1) {
        await addGarment(storage, { id: `gar_${n}`, content: `c${n}`, sampleId: "s", sha256: hash });
      }
      await addGarment(storage, { id: "gar_9", content: "c9" });
      const keys = [
        { keyKind: "sample_id", key: "s" },
        { keyKind: "image_sha256", key: hash },
        { keyKind: "request_id", key: "gar_9" },
        { keyKind: "request_id", key: "unknown" },
      ] as const;
      const first = await contentsOfLabels(storage.db, keys, { after: null, limit: 4 });
      assert.deepEqual(first, ["c0", "c1", "c2", "c3"]);
      assert.deepEqual(await contentsOfLabels(storage.db, keys, { after: "c3", limit: 4 }), ["c4", "c9"]);
      assert.deepEqual(await contentsOfLabels(storage.db, [], { after: null, limit: 4 }), []);
    });

    test("labels wait for the evaluation until it has looked at them", async (t) => {
      const { labels, storage } = await open(t);
      await labels.ingest(pieces(ndjson(["a", "b", "c"].map((key) => ({ sample_id: key, labels: { type: "x" } })))));
      const [first, second] = await unjoinedLabels(storage.db, 2);
      assert.deepEqual([first?.key, second?.key, first?.keyKind], ["a", "b", "sample_id"]);
      await markJoined(storage.db, [first?.id as number, second?.id as number]);
      await markJoined(storage.db, []);
      assert.deepEqual(
        (await unjoinedLabels(storage.db, 2)).map(({ key }) => key),
        ["c"],
      );
    });

    test("a truth replaces the older one of its content", async (t) => {
      const { storage } = await open(t);
      const truth = { labels: { type: "dress", brand: null }, design: "audit", annotators: 2, agreement: 0.5 } as const;
      await saveTruths(
        storage.db,
        [
          { content: "c1", ...truth },
          { content: "c2", ...truth },
        ],
        1,
      );
      await saveTruths(storage.db, [{ content: "c1", ...truth, agreement: null }], 2);
      await saveTruths(storage.db, [], 3);
      assert.deepEqual(
        await readTruths(storage.db, ["c1", "c2", "c3"]),
        new Map<string, Truth>([
          ["c1", { ...truth, agreement: null }],
          ["c2", truth],
        ]),
      );
    });

    test("the report of a key shows what counts, who disagrees, and how it came to be", async (t) => {
      const { labels } = await open(t);
      for (const label of [
        { annotator: "a", labels: { color: "grey", type: "dress" } },
        { annotator: "b", labels: { color: "Gray" } },
        { annotator: "a", labels: { color: "navy", type: "dress" } },
      ]) {
        await labels.put({ sample_id: "shelf/7", ...label });
      }
      await labels.put({ image_sha256: hash, labels: { type: "coat" } });
      const report = await labels.find("shelf/7", { limit: 2 });
      assert.deepEqual(report.truth.labels, { type: "dress", color: "navy" });
      assert.deepEqual(report.conflicts, [
        {
          field: "color",
          values: [
            { value: "navy", annotators: ["a"] },
            { value: "Gray", annotators: ["b"] },
          ],
        },
      ]);
      assert.deepEqual([report.truth.annotators, report.truth.agreement], [2, 0]);
      assert.deepEqual(
        report.current.map(({ annotator }) => annotator),
        ["a", "b"],
      );
      assert.deepEqual(
        report.history.map(({ labels: { color } }) => color),
        ["navy", "Gray"],
      );
      assert.equal(report.isHistoryCut, true);
      assert.equal((await labels.find("shelf/7", { limit: 3 })).isHistoryCut, false);
      assert.equal((await labels.find(hash.toUpperCase())).truth.labels.type, "coat");
      await assert.rejects(labels.find("unknown"), { code: "not_found" });
    });

    test("a text that is a key of several kinds is reported under the most trusted, or under the kind that is asked for", async (t) => {
      const { labels } = await open(t);
      await labels.put({ sample_id: "x", labels: { type: "dress" } });
      await labels.put({ request_id: "x", labels: { type: "coat" } });
      const report = await labels.find("x");
      assert.deepEqual(
        [report.keyKind, report.otherKinds, report.truth.labels.type],
        ["request_id", ["sample_id"], "coat"],
      );
      assert.equal((await labels.find("x", { kind: "sample_id" })).truth.labels.type, "dress");
      await assert.rejects(labels.find("x", { kind: "image_sha256" }), { code: "not_found" });
    });
  });
}
