import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createLabels } from "../../../src/labels/index.ts";
import { readLabel } from "../../../src/labels/read-label.ts";

const hash = "A0".repeat(32);

function mistakes(value: unknown): string[] {
  const read = readLabel(value);
  return read.ok ? [] : read.errors.map(({ path, message }) => `${path}: ${message}`);
}

test("a label is read, its hash in lower case, with what nobody said left empty", () => {
  assert.deepEqual(readLabel({ image_sha256: hash, labels: { type: "dress", brand: null } }), {
    ok: true,
    label: {
      keyKind: "image_sha256",
      key: hash.toLowerCase(),
      labels: { type: "dress", brand: null },
      source: "",
      annotator: "",
      design: "import",
    },
  });
});

test("spellings of nothing become null, numbers text, and other values stay as they are written", () => {
  const read = readLabel({ sample_id: "s", labels: { brand: "N/A", size: 42, color: " Navy ", type: "T-Shirt" } });
  assert.deepEqual(read.ok && read.label.labels, { brand: null, size: "42", color: "Navy", type: "T-Shirt" });
});

test("labels may be a JSON string, and may be called ground_truth", () => {
  for (const more of [
    { labels: '{"type":"Shirt"}' },
    { ground_truth: '{"type":"Shirt"}' },
    { ground_truth: { type: "Shirt" } },
  ]) {
    const read = readLabel({ request_id: "gar_1", ...more });
    assert.deepEqual(read.ok && read.label.labels, { type: "Shirt" });
  }
  assert.deepEqual(mistakes({ request_id: "g", labels: {}, ground_truth: {} }), [
    "ground_truth: is another name for labels: give one of the two",
  ]);
});

test("each mistake is named by its place", () => {
  const labels = { type: "dress" };
  const cases: [unknown, RegExp[]][] = [
    [null, [/^: must be a JSON object$/]],
    [[], [/^: must be a JSON object$/]],
    [{ labels }, [/^: must have exactly one of request_id, sample_id, image_sha256$/]],
    [{ request_id: "a", sample_id: "b", labels }, [/^sample_id: must have exactly one of/]],
    [{ image_sha256: "12", labels }, [/^image_sha256: must be a SHA-256/]],
    [{ image_sha256: `${hash}0`, labels }, [/^image_sha256: must be a SHA-256/]],
    [
      { request_id: `req_${hash.slice(0, 32).toLowerCase()}`, labels },
      [/^request_id: must be the `id` of an answer \(gar_…\), not/],
    ],
    [
      { image: "001.jpg", labels, views: {} },
      [/^: is a line of a samples folder.*`labels import FILE`, or name a key/],
    ],
    [{ image: "001.jpg", sample_id: "s", labels }, [/^image: is not a known member$/]],
    [{ sample_id: 7, labels }, [/^sample_id: must be a string$/]],
    [{ sample_id: "", labels }, [/^sample_id: must not be empty$/]],
    [{ sample_id: "a\0", labels }, [/U\+0000/]],
    [{ sample_id: "a\ud800", labels }, [/half a character/]],
    [{ sample_id: "s" }, [/^labels: is missing$/]],
    [{ sample_id: "s", labels: {} }, [/^labels: must label at least one field$/]],
    [{ sample_id: "s", labels: "{" }, [/^labels: must be an object, or one as JSON text$/]],
    [{ sample_id: "s", labels: '"text"' }, [/^labels: must be an object/]],
    [{ sample_id: "s", labels: null }, [/^labels: must be an object/]],
    [{ sample_id: "s", labels: { colour: "red" } }, [/^labels\.colour: is not a field; fields are type, color,/]],
    [
      { sample_id: "s", labels: { color: true, size: ["M"] } },
      [/^labels\.color: must be a str/, /^labels\.size: must/],
    ],
    [{ sample_id: "s", labels: { color: "x".repeat(81) } }, [/^labels\.color: must be at most 80/]],
    [{ sample_id: "s", labels, source: 1, annotator: {} }, [/^source: must be a string/, /^annotator: must be a str/]],
    [{ sample_id: "s", labels, design: "random" }, [/^design: must be one of audit, review, import$/]],
    [{ sample_id: "s", labels, comment: "x" }, [/^comment: is not a known member$/]],
    [JSON.parse('{"sample_id":"s","labels":{"__proto__":"x"}}'), [/^labels\.__proto__: is not a field/]],
  ];
  for (const [value, patterns] of cases) {
    const found = mistakes(value);
    assert.equal(found.length, patterns.length, JSON.stringify([value, found]));
    for (const [at, pattern] of patterns.entries()) assert.match(found[at] as string, pattern);
  }
});

test("texts may have 200 characters and values 80, and not one more", () => {
  const label = (length: number) => ({
    sample_id: "😀".repeat(length),
    source: "s".repeat(length),
    annotator: "a".repeat(length),
    labels: { type: "t".repeat(length - 120) },
  });
  assert.deepEqual(mistakes(label(200)), []);
  assert.equal(mistakes(label(201)).length, 4);
});

test("a thousand mistakes are told as twenty", () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`x${at}`, at]));
  assert.equal(mistakes({ sample_id: "s", labels: many, ...many }).length, 20);
});

test("whatever comes, readLabel answers with a label within its limits or with mistakes, and never throws", () => {
  const near = fc.record(
    {
      request_id: fc.anything(),
      sample_id: fc.oneof(fc.string({ unit: "binary" }), fc.anything()),
      image_sha256: fc.oneof(fc.constant(hash), fc.anything()),
      labels: fc.oneof(fc.json(), fc.dictionary(fc.constantFrom("type", "size", "__proto__", "x"), fc.anything())),
      source: fc.oneof(fc.string({ unit: "binary" }), fc.anything()),
      annotator: fc.anything(),
      design: fc.oneof(fc.constantFrom("audit", "review", "import"), fc.anything()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(near, fc.anything(), fc.jsonValue()), (value) => {
      const read = readLabel(value);
      if (!read.ok) return read.errors.length > 0;
      return read.label.key.length > 0 && Object.keys(read.label.labels).length > 0;
    }),
    { numRuns: 2000, seed: 4 },
  );
});

test("a label given to the room that is none is refused with its mistakes", async () => {
  const labels = createLabels({
    storage: { db: null as never, dialect: "sqlite", isAvailable: true },
    canonicalise: (_field, value) => value,
    wall: () => 0,
  });
  await assert.rejects(labels.put({ sample_id: "s" }), {
    code: "request_invalid",
    errors: [{ path: "labels", message: "is missing" }],
  });
});
