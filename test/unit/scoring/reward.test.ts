import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { loadMetricDefinitions } from "../../../config/index.ts";
import { fieldNames } from "../../../schemas/index.ts";
import type { Attributes } from "../../../schemas/index.ts";
import { createCanonicaliser } from "../../../src/attributes/index.ts";
import { createScorer } from "../../../src/scoring/index.ts";
import type { Labels } from "../../../src/scoring/index.ts";

const { reward } = createScorer({ canonicaliser: createCanonicaliser(), definitions: loadMetricDefinitions() });

const label: Attributes = {
  type: "dress",
  color: "red",
  pattern: "floral",
  neckline: "v-neck",
  sleeve_length: "sleeveless",
  closure: "zipper",
  brand: null,
  size: "M",
  defect_type: null,
};
const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

describe("the gate", () => {
  test("opens for one JSON object and nothing else", () => {
    const text = JSON.stringify(label);
    for (const open of [text, ` \n${text}\n`, label]) assert.equal(reward(open, label).reward, 1);
    for (const shut of [
      `Sure: ${text}`,
      `\`\`\`json\n${text}\n\`\`\``,
      `[${text}]`,
      text.slice(0, -1),
      "",
      "null",
      '"{}"',
      null,
      3,
    ]) {
      assert.deepEqual(reward(shut, label), { reward: 0, gate: 0, structure: 0, content: 0 }, String(shut));
    }
  });
});

describe("structure", () => {
  test("is the mean of key recall and key precision", () => {
    const { size: _size, brand: _brand, defect_type: _defect, ...six } = label;
    near(reward(six, label).structure, (6 / 9 + 1) / 2);
    near(reward({ ...label, material: "silk" }, label).structure, (1 + 9 / 10) / 2);
    near(reward({ ...six, Size: "M" }, label).structure, (6 / 9 + 6 / 7) / 2);
    assert.equal(reward({}, label).structure, 0);
  });

  test("takes a value that is neither text nor null as a key that is not there", () => {
    near(reward({ ...label, size: ["M"] }, label).structure, 8 / 9);
    near(reward({ ...label, size: 8 }, { ...label, size: "8" }).structure, 8 / 9);
  });

  test("asks only for the keys that are labelled, and takes no offence at the others", () => {
    assert.equal(reward(label, { type: "dress" }).reward, 1);
    assert.equal(reward({ type: "dress" }, { type: "dress" }).reward, 1);
  });
});

const value = fc.constantFrom(null, "red", "dress", "M", "v-neck", "N/A", "floral", "");
const anyLabels = fc.record(Object.fromEntries(fieldNames.map((field) => [field, value])), {
  requiredKeys: ["type"],
}) as fc.Arbitrary<Labels>;
const completion = fc.dictionary(
  fc.oneof(fc.constantFrom(...fieldNames), fc.string()),
  fc.oneof(value, fc.jsonValue()),
);

describe("the reward", () => {
  test("lies within 0..1", () => {
    fc.assert(
      fc.property(fc.oneof(completion, fc.json(), fc.string()), anyLabels, (given, labels) => {
        const { reward: found } = reward(given, labels);
        assert.ok(found >= 0 && found <= 1);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test("grows with each field that becomes right", () => {
    fc.assert(
      fc.property(completion, anyLabels, fc.constantFrom(...fieldNames), (given, labels, field) => {
        if (labels[field] === undefined) return;
        const wrong = reward({ ...given, [field]: "something else" }, labels).reward;
        const right = reward({ ...given, [field]: labels[field] }, labels).reward;
        assert.ok(right > wrong, `${right} > ${wrong}`);
      }),
      { numRuns: 2000, seed: 2 },
    );
  });

  test("knows no order of keys", () => {
    fc.assert(
      fc.property(completion, anyLabels, (given, labels) => {
        const reversed = Object.fromEntries(Object.entries(given).reverse());
        assert.deepEqual(reward(reversed, labels), reward(given, labels));
      }),
      { numRuns: 1000, seed: 4 },
    );
  });

  test("of a label held against itself is 1", () => {
    fc.assert(
      fc.property(anyLabels, (labels) => {
        assert.equal(reward(JSON.stringify(labels), labels).reward, 1);
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  test("of nine nulls stays far below 1, though most brands, sizes and defects are null", () => {
    const nulls = Object.fromEntries(fieldNames.map((field) => [field, null]));
    near(reward(nulls, { ...label, size: null }).reward, 0.2 + 0.8 * (5 / 12.5));
  });
});
