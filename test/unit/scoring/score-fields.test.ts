import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { loadMetricDefinitions } from "../../../config/index.ts";
import { fieldNames } from "../../../schemas/index.ts";
import { createCanonicaliser, fieldWeights, totalWeight } from "../../../src/attributes/index.ts";
import { createScorer } from "../../../src/scoring/index.ts";
import type { Labels } from "../../../src/scoring/index.ts";

const definitions = loadMetricDefinitions();
const { scoreFields, scorerVersion } = createScorer({ canonicaliser: createCanonicaliser(), definitions });

const label: Labels = {
  type: "t-shirt",
  color: "grey",
  pattern: "solid",
  neckline: "crew neck",
  sleeve_length: "short sleeve",
  closure: "pullover",
  brand: "Nike",
  size: "M",
  defect_type: null,
};

const value = fc.constantFrom(null, "", "N/A", "navy", "navy blue", "M", "medium", "t-shirt", "v-neck", "crew neck");
const anyLabels = fc.record(Object.fromEntries(fieldNames.map((field) => [field, value])), { requiredKeys: [] });

describe("scoreFields", () => {
  test("gives 1 to a label held against itself, however it is spelled", () => {
    assert.deepEqual(scoreFields(label, label), { marks: "111111111", truths: "vvvvvvvvn", weighted: 1 });
    const spelled = { ...label, type: "TShirt", color: "Gray", size: "Medium", defect_type: "none visible" };
    assert.equal(scoreFields(spelled, label).weighted, 1);
  });

  test("takes null for null as right, null for a value and a value for null as wrong", () => {
    assert.equal(scoreFields({ ...label, brand: null }, label).marks, "111111011");
    assert.equal(scoreFields({ ...label, defect_type: "hole" }, label).marks, "111111110");
    assert.equal(
      scoreFields({ ...label, brand: null }, label).weighted,
      (totalWeight - fieldWeights.brand) / totalWeight,
    );
  });

  test("leaves unlabelled fields out of numerator and denominator", () => {
    assert.deepEqual(scoreFields({ type: "t-shirt", brand: "x" }, { type: "tee", color: "red" }), {
      marks: "10-------",
      truths: "vv-------",
      weighted: 2.5 / 3.5,
    });
    assert.deepEqual(scoreFields(label, {}), { marks: "---------", truths: "---------", weighted: null });
  });

  test("takes a failed prediction as wrong in every labelled field, null labels included", () => {
    assert.deepEqual(scoreFields(null, label), { marks: "000000000", truths: "vvvvvvvvn", weighted: 0 });
    assert.equal(scoreFields({}, { defect_type: null }).weighted, 0);
  });

  test("reads numbers as their text and takes what is no value as wrong", () => {
    assert.equal(scoreFields({ size: 8 }, { size: "8" }).weighted, 1);
    for (const size of [true, ["M"], { value: "M" }, "M".repeat(81), Number.NaN]) {
      assert.equal(scoreFields({ size }, { size: "M" }).weighted, 0);
    }
  });

  test("stays within 0..1, is 1 exactly where every labelled field is right, and knows no order of keys", () => {
    fc.assert(
      fc.property(anyLabels, anyLabels, (predicted, labels) => {
        const score = scoreFields(predicted, labels);
        assert.equal(score.weighted === null, !/[01]/.test(score.marks));
        if (score.weighted === null) return;
        assert.ok(score.weighted >= 0 && score.weighted <= 1);
        assert.equal(score.weighted === 1, !score.marks.includes("0"));
        const reversed = Object.fromEntries(Object.entries(predicted).reverse());
        assert.deepEqual(scoreFields(reversed, labels), score);
      }),
      { numRuns: 1000, seed: 11 },
    );
  });

  test("has a version that changes with the vocabulary", () => {
    const other = createScorer({ canonicaliser: createCanonicaliser({ color: { ecru: "cream" } }), definitions });
    assert.notEqual(other.scorerVersion, scorerVersion);
  });
});
