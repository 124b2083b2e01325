import assert from "node:assert/strict";
import test from "node:test";
import { seededRandom } from "../../../src/kernel/index.ts";
import { compare, createComparison } from "../../../src/statistics/index.ts";
import { aPair, aRule, drawnPair, facts, pairsOf } from "./pairs.ts";

test("nothing is known before the first pair", () => {
  const { pairs, weighted, fields, recovery, verdict, pairsToDecide } = compare([], aRule(), facts());
  assert.deepEqual([pairs, recovery, verdict, pairsToDecide], [0, null, "collecting", null]);
  assert.deepEqual(weighted, { baseline: null, candidate: null, difference: 0, low: -1, high: 1 });
  assert.equal(fields.type.nullTruth.baseline, null);
});

test("the numbers of a few pairs, by hand", () => {
  const pairs = [
    // Brand is null in truth and right in both.
    aPair("111111111", "111111111", "vvvvvvnvv"),
    // Type lost.
    aPair("111111111", "011111111", "vvvvvvnvv"),
    // Brand has a value that only the candidate finds.
    aPair("111111011", "111111111", "vvvvvvvvv"),
    // Brand is not labelled.
    aPair("111111-11", "111111-11", "vvvvvv-vv"),
  ];
  const { weighted, fields, recovery, disagreement } = compare(pairs, aRule(), facts());
  // Baseline 1, 1, 11/12.5, 1; candidate 1, 10/12.5, 1, 1.
  assert.equal(weighted.baseline?.toFixed(4), "0.9700");
  assert.equal(weighted.candidate?.toFixed(4), "0.9500");
  assert.equal(weighted.difference.toFixed(4), "-0.0200");
  assert.equal(recovery?.toFixed(4), "0.9794");
  assert.equal(disagreement, 0.5);
  const { type, brand } = fields;
  assert.deepEqual([type.samples, type.baselineOnlyRight, type.candidateOnlyRight, type.difference], [4, 1, 0, -0.25]);
  assert.deepEqual(brand.nullTruth, { samples: 2, baseline: 1, candidate: 1 });
  assert.deepEqual(brand.valuedTruth, { samples: 1, baseline: 0, candidate: 1 });
  assert.equal(brand.valuedRecall.difference, 1);
  assert.equal(brand.disagreement, 1 / 3);
});

test("an equal candidate is promoted as not inferior, and nothing is said of quality", () => {
  const { verdict, reasons, decidedAtPairs, pairsToDecide } = compare(pairsOf(500), aRule(), facts());
  assert.deepEqual([verdict, decidedAtPairs, pairsToDecide], ["promote", 399, 399]);
  assert.match(
    reasons.join("\n"),
    /^weighted: not inferior: it loses at most 0\.0\d\d, and a loss of 0\.01 is allowed$/m,
  );
  assert.match(
    reasons.join("\n"),
    /no difference at all was seen: equal within the margin, .* no evidence of better quality/,
  );
});

test("a decision stays, and what came later is told beside it", () => {
  const pairs = [...pairsOf(500), ...pairsOf(3000, "111111111", "000000000")];
  const { verdict, reasons, decidedAtPairs } = compare(pairs, aRule(), facts());
  assert.deepEqual([verdict, decidedAtPairs], ["promote", 399]);
  assert.match(reasons.join("\n"), /later, at \d+ pairs, a loss beyond the margin showed in weighted/);
});

test("a comparison that goes on says what one of all pairs says", () => {
  const random = seededRandom(3);
  const pairs = Array.from({ length: 300 }, () => drawnPair(random, () => ({ lose: 0.03, win: 0.02 })));
  const comparison = createComparison(aRule());
  for (const [at, pair] of pairs.entries()) {
    comparison.push(pair);
    if (at % 100 === 0) comparison.report(facts());
  }
  assert.deepEqual(comparison.report(facts()), compare(pairs, aRule(), facts()));
});

test("a worse candidate is rejected, and the reasons name what it loses", () => {
  const pairs = [...pairsOf(100), ...pairsOf(30, "111111111", "011111111")];
  const { verdict, reasons } = compare(pairs, aRule(), facts());
  assert.equal(verdict, "reject");
  assert.match(reasons.join("\n"), /^type: loses at least 0\.\d+, and 0\.01 is allowed; corrected/m);
});

test("nothing is decided before min_pairs", () => {
  const pairs = pairsOf(49, "111111111", "000000000");
  assert.equal(compare(pairs, aRule(), facts()).verdict, "collecting");
  assert.match(compare(pairs, aRule(), facts()).reasons.join("\n"), /^49 of at least 50 pairs$/m);
  assert.equal(compare([...pairs, aPair()], aRule(), facts()).decidedAtPairs, 50);
});

test("a promotion waits for min_valued pairs whose truth has a value", () => {
  const rules = aRule({ min_valued: { brand: 3 } });
  const pairs = [...pairsOf(500, undefined, undefined, "vvvvvvnvv"), ...pairsOf(2)];
  const waiting = compare(pairs, rules, facts());
  assert.equal(waiting.verdict, "collecting");
  assert.match(waiting.reasons.join("\n"), /^brand: 2 of at least 3 pairs whose truth is a value$/m);
  // 251 pairs for each of those that are there, and one is missing.
  assert.equal(waiting.pairsToDecide, 502 + 251);
  assert.equal(compare([...pairs, aPair()], rules, facts()).decidedAtPairs, 503);
});

test("a critical field without labels holds a promotion back; one without a margin does not", () => {
  const pairs = pairsOf(500, "111111-11", "111111-11", "vvvvvv-vv");
  const { verdict, reasons, pairsToDecide } = compare(pairs, aRule(), facts());
  assert.deepEqual([verdict, pairsToDecide], ["collecting", null]);
  assert.match(reasons.join("\n"), /^brand: no labelled pairs/m);
  assert.equal(compare(pairs, aRule({ margins: { weighted: 0.01, type: 0.01 } }), facts()).verdict, "promote");
});

test("JSON that breaks more often holds a promotion back, whatever the scores say", () => {
  const broken = aPair();
  broken.candidate.isClean = false;
  const pairs = Array.from({ length: 1000 }, (_, at) => (at % 20 === 0 ? broken : aPair()));
  const { verdict, jsonRate, reasons } = compare(pairs, aRule(), facts());
  assert.equal(verdict, "collecting");
  assert.equal(jsonRate.difference.toFixed(3), "-0.050");
  assert.match(reasons.join("\n"), /^JSON rate: /m);
});

test("a candidate that finds no brand any more is held back, though most garments have none", () => {
  const pairs = Array.from({ length: 3000 }, (_, at) => {
    // One garment in a hundred has a brand: the loss is 1 point, within the margin of 2.
    return at % 100 === 0 ? aPair("111111111", "111111011") : aPair("111111111", "111111111", "vvvvvvnvv");
  });
  const { verdict, reasons } = compare(pairs, aRule(), facts());
  assert.equal(verdict, "collecting");
  assert.match(reasons.join("\n"), /^brand: a loss beyond the margin 0\.02 where the truth is a value$/m);
});

test("slices and drift hold a promotion back and say so", () => {
  const held = compare(
    pairsOf(500),
    aRule(),
    facts({ failingSlices: ["type:dress: worse"], driftAlarms: ["color: shifted"] }),
  );
  assert.equal(held.verdict, "collecting");
  assert.match(held.reasons.join("\n"), /not inferior since 399 pairs, but held back/);
  assert.match(held.reasons.join("\n"), /^slice: type:dress: worse$/m);
  assert.match(held.reasons.join("\n"), /^drift: color: shifted$/m);
});

test("what broke the comparison goes before everything else", () => {
  const broken = compare(pairsOf(500), aRule(), facts({ invalidReasons: ["both arms are the same build"] }));
  assert.deepEqual([broken.verdict, broken.reasons], ["invalid", ["both arms are the same build"]]);
});

test("max_pairs and max_days end an undecided comparison, and only that", () => {
  const few = pairsOf(100);
  assert.equal(compare(few, aRule({ max_pairs: 100 }), facts()).verdict, "inconclusive");
  assert.equal(compare(few, aRule({ max_pairs: 101 }), facts()).verdict, "collecting");
  assert.equal(compare(few, aRule(), facts({ days: 30 })).verdict, "inconclusive");
  assert.equal(compare(few, aRule(), facts({ days: 29.9 })).verdict, "collecting");
  // What the pairs after max_pairs would show comes too late.
  assert.equal(compare(pairsOf(500), aRule({ max_pairs: 398 }), facts()).verdict, "inconclusive");
  assert.equal(compare(pairsOf(500), aRule({ max_pairs: 399 }), facts({ days: 40 })).verdict, "promote");
});

test("an undecided comparison says where each gate stands", () => {
  const { reasons } = compare(pairsOf(60), aRule(), facts());
  assert.match(reasons[0] ?? "", /^weighted: between -0\.\d{3} and 0\.\d{3}, margin 0\.01 not yet decided$/);
});

test("a margin of 1 and one of 0 are taken as they are", () => {
  assert.equal(compare(pairsOf(60), aRule({ margins: { weighted: 1 } }), facts()).verdict, "promote");
  assert.equal(compare(pairsOf(600), aRule({ margins: { weighted: 0 } }), facts()).verdict, "collecting");
});
