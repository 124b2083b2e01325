import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { findConflicts, resolveTruth } from "../../../src/labels/index.ts";
import type { Vote } from "../../../src/labels/index.ts";

const canonicalise = (_field: string, value: string | null) => value?.toLowerCase() ?? null;

let lastId = 0;

/** A later vote than those before it. */
function vote(change: Partial<Vote> = {}): Vote {
  lastId += 1;
  return {
    id: lastId,
    keyKind: "sample_id",
    key: "s",
    annotator: "ann",
    labels: { type: "dress" },
    design: "import",
    ...change,
  };
}

const resolve = (...votes: Vote[]) => resolveTruth(votes, canonicalise);

test("without a label there is no truth", () => {
  assert.equal(resolve(), null);
});

test("one label is the truth, and with one annotator there is no agreement to speak of", () => {
  assert.deepEqual(resolve(vote({ labels: { type: "dress", brand: null } })), {
    labels: { type: "dress", brand: null },
    design: "import",
    annotators: 1,
    agreement: null,
  });
});

test("of an annotator's labels for a key the newest counts, and what it leaves out is not labelled any more", () => {
  const old = vote({ labels: { type: "dress", color: "red" } });
  const young = vote({ labels: { type: "skirt" } });
  assert.deepEqual(resolve(young, old)?.labels, { type: "skirt" });
});

test("each field is decided by the most trusted kind of key that labels it", () => {
  const truth = resolve(
    vote({ keyKind: "request_id", key: "gar_1", labels: { type: "dress" } }),
    vote({ keyKind: "sample_id", annotator: "b", labels: { type: "skirt", color: "red" } }),
    vote({ keyKind: "sample_id", annotator: "c", labels: { type: "skirt" } }),
    vote({ keyKind: "image_sha256", key: "ff", labels: { type: "coat", color: "blue", size: null } }),
  );
  assert.deepEqual(truth?.labels, { type: "dress", color: "red", size: null });
  assert.equal(truth?.annotators, 2, "the one who only labelled by less trusted keys what others decide has no say");
});

test("the majority of annotators decides, compared by canonical value, in the newest spelling", () => {
  const truth = resolve(
    vote({ annotator: "a", labels: { color: "navy" } }),
    vote({ annotator: "b", labels: { color: "Navy" } }),
    vote({ annotator: "c", labels: { color: "black" } }),
  );
  assert.deepEqual(truth?.labels, { color: "Navy" });
  assert.equal(truth?.agreement, 1 / 3);
  assert.equal(truth?.annotators, 3);
});

test("a tie goes to the value that was given last, null included", () => {
  const votes = [
    vote({ annotator: "a", labels: { brand: "Nike" } }),
    vote({ annotator: "b", labels: { brand: null } }),
  ];
  assert.deepEqual(resolve(...votes)?.labels, { brand: null });
  assert.deepEqual(resolve(...votes, vote({ annotator: "a", labels: { brand: "Nike" } }))?.labels, { brand: "Nike" });
  assert.equal(resolve(...votes)?.agreement, 0);
});

test("an annotator who labels several images of a garment has one vote in each field, the newest", () => {
  const truth = resolve(
    vote({ keyKind: "image_sha256", key: "front", annotator: "a", labels: { type: "dress", color: "red" } }),
    vote({ keyKind: "image_sha256", key: "tag", annotator: "a", labels: { brand: "Nike", color: "pink" } }),
  );
  assert.deepEqual(truth, {
    labels: { type: "dress", color: "pink", brand: "Nike" },
    design: "import",
    annotators: 1,
    agreement: null,
  });
});

test("a truth is of design review only where all of its labels are", () => {
  const of = (...designs: Vote["design"][]) =>
    resolve(...designs.map((design, at) => vote({ annotator: `${at}`, design })));
  assert.equal(of("review", "review")?.design, "review");
  assert.equal(of("review", "import")?.design, "import");
  assert.equal(of("review", "import", "audit")?.design, "audit");
});

test("conflicts name each value with those who say so, most first", () => {
  const votes = [
    vote({ annotator: "a", labels: { color: "navy", type: "dress" } }),
    vote({ annotator: "b", labels: { color: null, type: "Dress" } }),
    vote({ annotator: "c", labels: { color: "Navy" } }),
  ];
  assert.deepEqual(findConflicts(votes, canonicalise), [
    {
      field: "color",
      values: [
        { value: "Navy", annotators: ["c", "a"] },
        { value: null, annotators: ["b"] },
      ],
    },
  ]);
});

test("the order in which labels come to the resolving changes nothing", () => {
  const any = fc.record({
    keyKind: fc.constantFrom("request_id" as const, "sample_id" as const, "image_sha256" as const),
    key: fc.constantFrom("1", "2"),
    annotator: fc.constantFrom("a", "b", "c"),
    labels: fc.dictionary(fc.constantFrom("type", "color"), fc.constantFrom("x", "y", null), { minKeys: 1 }),
    design: fc.constantFrom("audit" as const, "review" as const, "import" as const),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (votes, keys) => {
      const inOrder = votes.map((each, id) => ({ ...each, id }));
      const mixed = inOrder.map((each) => ({ each, at: keys.next().value })).sort((a, b) => a.at - b.at);
      const truth = resolve(...inOrder);
      assert.deepEqual(resolve(...mixed.map(({ each }) => each)), truth);
      if (truth !== null) assert.ok(truth.agreement === null || (truth.agreement >= 0 && truth.agreement <= 1));
    }),
    { seed: 4, numRuns: 500 },
  );
});
