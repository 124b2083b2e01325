import assert from "node:assert/strict";
import test from "node:test";
import {
  addTo,
  disagreement,
  effectiveRows,
  emptyMoments,
  failingSlices,
  meanOf,
  quantiles,
  reviewScore,
  weightOf,
  wilson,
} from "../../../src/statistics/index.ts";

function rounded(interval: { low: number; high: number }): number[] {
  return [interval.low, interval.high].map((end) => Number(end.toFixed(4)));
}

test("Wilson's interval is the published one", () => {
  // 1 of 10 and 10 of 10: (0.0179, 0.4042), (0.7225, 1).
  assert.deepEqual(rounded(wilson(0.1, 10)), [0.0179, 0.4042]);
  assert.deepEqual(rounded(wilson(1, 10)), [0.7225, 1]);
  assert.deepEqual(rounded(wilson(0.5, 0)), [0, 1]);
});

test("a weighted mean counts each value as often as garments like it were passed over", () => {
  // Weights 1, 1, 10: mean (1 + 0 + 10)/12, effective size 144/102.
  const moments = emptyMoments();
  for (const [value, inclusion] of [
    [1, 1],
    [0, 1],
    [1, 0.1],
  ] as const) {
    addTo(moments, value, weightOf(inclusion));
  }
  assert.deepEqual([meanOf(moments), effectiveRows(moments), moments.rows], [11 / 12, 144 / 102, 3]);
  assert.deepEqual([meanOf(emptyMoments()), effectiveRows(emptyMoments())], [null, 0]);
  assert.deepEqual([0, 2, 0.5].map(weightOf), [1, 1, 2]);
});

test("quantiles are values that were seen, by nearest rank", () => {
  assert.deepEqual(quantiles(Array.from({ length: 100 }, (_, at) => 100 - at)), { p50: 50, p95: 95, p99: 99 });
  assert.deepEqual(quantiles([3, 1, 2, 4]), { p50: 2, p95: 4, p99: 4 });
  assert.deepEqual(quantiles([]), { p50: null, p95: null, p99: null });
});

test("arms that agree cannot differ in accuracy by more than they disagree", () => {
  assert.deepEqual(disagreement(5, 100), { pairs: 100, rate: 0.05, largestGap: wilson(0.05, 100).high });
  assert.deepEqual(disagreement(0, 0), { pairs: 0, rate: null, largestGap: 1 });
});

test("a garment is worth a label by disagreement, weight and doubt", () => {
  // Type 2.5 x 0.4 + brand 1.5 x half a disagreement x full doubt, of 12.5; color is agreed on.
  const score = reviewScore({
    type: { differs: true, confidence: 0.6 },
    brand: { differs: null, confidence: null },
    color: { differs: false, confidence: 0.1 },
  });
  assert.equal(score, (2.5 * 0.4 + 1.5 * 0.5) / 12.5);
  // Both sure and still different: a little doubt is left.
  assert.equal(reviewScore({ defect_type: { differs: true, confidence: 1 } }), (2 * 0.05) / 12.5);
  assert.equal(reviewScore({}), 0);
});

test("a slice that clearly loses fails, one that is too small or equal does not", () => {
  const slices = [
    { name: "type:dress", differences: Array.from({ length: 60 }, () => -0.2) },
    { name: "type:scarf", differences: Array.from({ length: 29 }, () => -1) },
    { name: "type:shirt", differences: Array.from({ length: 200 }, () => 0) },
  ];
  const phrases = failingSlices(slices, { alpha: 0.05, margin: 0.01 });
  assert.equal(phrases.length, 1);
  assert.match(phrases[0] ?? "", /^type:dress: loses at least 0\.\d{3} over 60 pairs, and 0\.01 is allowed$/);
});
