import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { loadMetricDefinitions } from "../../../config/index.ts";
import { fieldNames } from "../../../schemas/index.ts";
import type { Attributes, MetricDefinitions } from "../../../schemas/index.ts";
import { createCanonicaliser } from "../../../src/attributes/index.ts";
import { createScorer } from "../../../src/scoring/index.ts";
import type { Labels, SemanticScores } from "../../../src/scoring/index.ts";

const canonicaliser = createCanonicaliser();
const scorerWith = (change: (definitions: MetricDefinitions) => void = () => {}) => {
  const definitions = loadMetricDefinitions();
  change(definitions);
  return createScorer({ canonicaliser, definitions });
};
const { scoreRecord, scoreTexts, consistency } = scorerWith();

const label: Attributes = {
  type: "t-shirt",
  color: "navy",
  pattern: "solid",
  neckline: "crew neck",
  sleeve_length: "short sleeve",
  closure: "pullover",
  brand: "Nike",
  size: "M",
  defect_type: null,
};
const score = (prediction: unknown, labels: Labels = label, semantic?: SemanticScores) =>
  scoreRecord(prediction, labels).finish(semantic);
const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

describe("scoreRecord", () => {
  test("gives 1 everywhere to a record that equals its label in other words, text or object", () => {
    const spelled = { ...label, type: "TEE", color: "Navy Blue", size: "medium", defect_type: "N/A" };
    for (const prediction of [spelled, JSON.stringify(spelled)]) {
      const found = score(prediction);
      for (const metric of [
        "weighted",
        "structuredMatch",
        "fieldMatchRate",
        "valueAccuracy",
        "tokenSetRatio",
        "rougeL",
        "chrf",
        "bleu",
        "meteor",
        "levenshtein",
      ] as const) {
        assert.equal(found[metric], 1, metric);
      }
      assert.equal(found.quality.value, 1);
    }
  });

  test("gives 1 to nothing where nothing is the label", () => {
    const nulls = Object.fromEntries(fieldNames.map((field) => [field, null]));
    assert.equal(score(nulls, nulls).quality.value, 1);
    assert.equal(score(nulls, nulls).tokenSetRatio, 1);
  });

  test("multiplies the field match rate with the value accuracy, so that one right key is worth little", () => {
    const found = score({ type: "tee" });
    near(found.fieldMatchRate, 1 / 9);
    assert.equal(found.valueAccuracy, 1);
    near(found.structuredMatch, 1 / 9);
    near(found.weighted ?? 0, 2.5 / 12.5);
    const mean = scorerWith((definitions) => (definitions.structured_combiner = "mean"));
    near(mean.scoreRecord({ type: "tee" }, label).finish().structuredMatch, (1 / 9 + 1) / 2);
  });

  test("does not reward further keys, and tells their share", () => {
    const found = score({ ...label, color: "red", material: "cotton" });
    assert.equal(found.fieldMatchRate, 1);
    near(found.extraKeyRate, 0.1);
  });

  test("reads keys whatever their case, spaces and hyphens; the last of several counts", () => {
    assert.equal(
      score({ "Sleeve Length": "short", TYPE: "tee" }, { sleeve_length: "short sleeve", type: "tee" }).weighted,
      1,
    );
    assert.equal(score('{"size":"L","SIZE":"M"}', { size: "M" }).weighted, 1);
    assert.equal(score('{"__proto__":{"size":"M"}}', { size: "M" }).weighted, 0);
  });

  test("renormalises over the parts that are there, and says so", () => {
    const found = score({ ...label, brand: "Puma" });
    assert.equal(found.quality.partial, true);
    assert.deepEqual(Object.keys(found.quality.weights), ["structured_match", "token_set_ratio", "rouge_l"]);
    near(
      Object.values(found.quality.weights).reduce((sum, weight) => sum + weight, 0),
      1,
    );
    near(found.quality.value, (0.6 * found.structuredMatch + 0.1 * found.tokenSetRatio + 0.05 * found.rougeL) / 0.75);
  });

  test("takes SBERT in with its weight, a negative cosine as 0", () => {
    const full = score({ ...label, brand: "Puma" }, label, { sbert: 0.8, hallucination: null });
    assert.equal(full.quality.partial, false);
    near(full.quality.value, 0.6 * full.structuredMatch + 0.25 * 0.8 + 0.1 * full.tokenSetRatio + 0.05 * full.rougeL);
    const negative = score({ ...label, brand: "Puma" }, label, { sbert: -0.5, hallucination: null });
    near(negative.quality.value, full.quality.value - 0.2);
  });

  test("takes the penalty off above the threshold, never from a record that equals its label", () => {
    const strict = scorerWith((definitions) => (definitions.hallucination.penalty = 0.4)).scoreRecord;
    const wrong = { ...label, brand: "Puma" };
    const free = strict(wrong, label).finish({ sbert: 0.8, hallucination: 0.5 }).quality.value;
    near(strict(wrong, label).finish({ sbert: 0.8, hallucination: 0.51 }).quality.value, free * 0.6);
    assert.equal(strict(label, label).finish({ sbert: 0.8, hallucination: 0.99 }).quality.value, 1);
  });

  test("scores a prediction that is no object by its text alone", () => {
    const found = score("It is a navy blue Nike t-shirt.");
    assert.equal(found.isJson, false);
    assert.equal(found.weighted, 0);
    assert.equal(found.structuredMatch, 0);
    assert.ok(found.tokenSetRatio > 0);
    for (const nothing of [null, 7, ["t-shirt"], "", "[]", "x".repeat(100_000)]) {
      const { quality, weighted } = score(nothing);
      assert.equal(weighted, 0);
      assert.ok(quality.value < 0.3);
    }
  });

  test("compares by meaning only what differs and has a value on both sides", () => {
    const { texts } = scoreRecord({ ...label, color: "red", brand: null, defect_type: "hole" }, label);
    assert.deepEqual(texts.differing, [{ premise: "color is navy blue", hypothesis: "color is red" }]);
    assert.equal(texts.reference, "t shirt navy blue solid crew neck short sleeve pullover nike m");
  });

  test("stays within 0..1 whatever is answered", () => {
    const value = fc.oneof(fc.string(), fc.constantFrom(...Object.values(label)), fc.jsonValue());
    const record = fc.dictionary(fc.oneof(fc.constantFrom(...fieldNames), fc.string()), value);
    const labels = fc.record(
      Object.fromEntries(fieldNames.map((field) => [field, fc.constantFrom(null, label[field], "x")])),
      { requiredKeys: ["type"] },
    );
    fc.assert(
      fc.property(
        fc.oneof(record, fc.string(), fc.json()),
        labels as fc.Arbitrary<Labels>,
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (prediction, labels, sbert, hallucination) => {
          const found = score(prediction, labels, { sbert, hallucination });
          const { tokenSetRatio, levenshtein, rougeL, chrf, bleu, meteor } = found;
          for (const metric of [tokenSetRatio, levenshtein, rougeL, chrf, bleu, meteor]) {
            assert.ok(metric >= 0 && metric <= 1, String(metric));
          }
          assert.ok(found.quality.value >= 0 && found.quality.value <= 1);
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });
});

test("two plain texts are scored as they are", () => {
  const found = scoreTexts({ reference: "crew neck t-shirt", hypothesis: "crew neck t-shirt" });
  near(found.meteor, 1 - 0.5 / 27);
  assert.deepEqual(Object.keys(found.quality.weights), ["token_set_ratio", "rouge_l"]);
  assert.notEqual(scoreTexts({ reference: "Navy", hypothesis: "navy" }).levenshtein, 1);
});

describe("consistency", () => {
  test("is the share of equal values over pairs of repeats, garments weighing the same", () => {
    const other = { ...label, color: "red" };
    const found = consistency([[label, { ...label, color: "Navy-Blue" }, other], [label, label], [other]]);
    assert.equal(found.garments, 2);
    near(found.fields.color ?? 0, (1 / 3 + 1) / 2);
    assert.equal(found.fields.type, 1);
    near(found.overall ?? 0, (8 + 2 / 3) / 9);
  });

  test("takes a failed answer as agreeing with nothing, and knows nothing of a single answer", () => {
    assert.equal(consistency([[label, null]]).overall, 0);
    assert.equal(consistency([[label]]).overall, null);
  });
});

test("weights that are printed and not used are refused", () => {
  assert.throws(() => scorerWith((definitions) => (definitions.field_weights.type = 3)), /field_weights/);
});
