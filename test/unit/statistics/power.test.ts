import assert from "node:assert/strict";
import test from "node:test";
import type { FieldName } from "../../../schemas/index.ts";
import { seededRandom } from "../../../src/kernel/index.ts";
import { createComparison } from "../../../src/statistics/index.ts";
import { aRule, drawnPair, facts } from "./pairs.ts";
import type { Flips } from "./pairs.ts";

const runs = 20;

/** After how many pairs each run was decided as `verdict`; Infinity where it was not. */
function decidedAt(verdict: string, flips: (field: FieldName) => Flips, max_pairs = 20000): number[] {
  const all = Array.from({ length: runs }, (_, run) => {
    const random = seededRandom(run);
    const comparison = createComparison(aRule({ max_pairs }));
    for (let pair = 1; pair <= max_pairs; pair++) {
      comparison.push(drawnPair(random, flips));
      // Reports change nothing; one in fifty keeps the test quick.
      if (pair % 50 !== 0) continue;
      const report = comparison.report(facts());
      if (report.verdict !== "collecting") return report.verdict === verdict ? (report.decidedAtPairs ?? 0) : Infinity;
    }
    return Infinity;
  });
  return all.sort((a, b) => a - b);
}

const cases = [
  { name: "an equal candidate, no flips", verdict: "promote", lose: 0, win: 0 },
  { name: "an equal candidate, 1 % of each field flips", verdict: "promote", lose: 0.005, win: 0.005 },
  { name: "an equal candidate, 3 % of each field flips", verdict: "promote", lose: 0.015, win: 0.015 },
  { name: "an equal candidate, 10 % of each field flips", verdict: "promote", lose: 0.05, win: 0.05 },
  { name: "a candidate 0.3 points worse, 3 % flips", verdict: "promote", lose: 0.0165, win: 0.0135 },
  { name: "a candidate 1.8 points worse, 3 % flips", verdict: "reject", lose: 0.024, win: 0.006 },
  { name: "a candidate 1.8 points worse, 10 % flips", verdict: "reject", lose: 0.059, win: 0.041 },
  { name: "a candidate 3 points worse, 10 % flips", verdict: "reject", lose: 0.065, win: 0.035 },
];

for (const { name, verdict, lose, win } of cases) {
  test(`${name}, is decided rightly (${verdict}) in most runs`, (t) => {
    const pairs = decidedAt(verdict, () => ({ lose, win }));
    const decided = pairs.filter((at) => at < Infinity).length;
    t.diagnostic(
      `${verdict} in ${decided} of ${runs} runs, half of them by ${pairs[runs / 2 - 1]} pairs, from ${pairs[0]} on`,
    );
    assert.ok(decided >= 0.8 * runs, `${decided} of ${runs}`);
  });
}

test("a candidate that loses one critical field alone is rejected for it", () => {
  const pairs = decidedAt(
    "reject",
    (field) => (field === "brand" ? { lose: 0.06, win: 0 } : { lose: 0, win: 0 }),
    1000,
  );
  assert.ok((pairs[runs / 2] as number) < 1000);
});
