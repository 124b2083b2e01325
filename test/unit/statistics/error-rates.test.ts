import assert from "node:assert/strict";
import test from "node:test";
import { seededRandom } from "../../../src/kernel/index.ts";
import { createComparison } from "../../../src/statistics/index.ts";
import { watchDecision } from "../../../src/statistics/decision.ts";
import { createEvidence } from "../../../src/statistics/evidence.ts";
import type { Evidence } from "../../../src/statistics/evidence.ts";
import { asymptoticBound } from "./asymptotic.ts";
import { aRule, drawnFlip, drawnPair, facts } from "./pairs.ts";
import type { Flips } from "./pairs.ts";

/**
 * The loss always equals the margin: promoting is wrong, and so is rejecting. Everything is looked at after every pair. The parts
 * are those that `compare` is made of: `createEvidence` for each measure and `watchDecision` over them.
 */
const runs = 2000;
const alpha = 0.05;
const lateStart = 300;

interface Scenario {
  name: string;
  margin: number;
  looks: number;
  flips: (pair: number) => Flips;
}

const scenarios: Scenario[] = [
  { name: "losses only, 1 point", margin: 0.01, looks: 2000, flips: () => ({ lose: 0.01, win: 0 }) },
  { name: "losses only, 2 points", margin: 0.02, looks: 3000, flips: () => ({ lose: 0.02, win: 0 }) },
  { name: "losses only, 4 points", margin: 0.04, looks: 1500, flips: () => ({ lose: 0.04, win: 0 }) },
  { name: "3 % lost, 1 % won", margin: 0.02, looks: 2000, flips: () => ({ lose: 0.03, win: 0.01 }) },
  {
    name: "a mix that drifts from few flips to many and back",
    margin: 0.02,
    looks: 1500,
    flips: (pair) => {
      const win = 0.03 * (1 - Math.cos((2 * Math.PI * pair) / 1000));
      return { lose: win + 0.02, win };
    },
  },
  {
    name: "no win in 400 pairs, then every tenth flips",
    margin: 0.01,
    looks: 1500,
    flips: (pair) => (pair < 400 ? { lose: 0.01, win: 0 } : { lose: 0.055, win: 0.045 }),
  },
];

/** Shares of wrong promotions and rejections, looking from the first pair on and from the 300th on, and of wrong bounds. */
function errorRates({ margin, looks, flips }: Scenario): Record<string, number> {
  const wrong = { promoted: 0, rejected: 0, promotedLate: 0, rejectedLate: 0, low: 0, high: 0 };
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(run);
    const evidence = createEvidence({ alpha, margin });
    const gates = [{ name: "type", margin, evidence, valued: null, canReject: true }];
    const always = watchDecision(gates, aRule({ min_pairs: 1 }), () => 0);
    const late = watchDecision(gates, aRule({ min_pairs: lateStart }), () => 0);
    for (let pair = 1; pair <= looks; pair++) {
      evidence.push(drawnFlip(random, flips(pair)));
      always.look(pair);
      late.look(pair);
    }
    if (always.promotion !== null) wrong.promoted++;
    if (always.rejection !== null) wrong.rejected++;
    if (late.promotion !== null) wrong.promotedLate++;
    if (late.rejection !== null) wrong.rejectedLate++;
    if (evidence.low > -margin) wrong.low++;
    if (evidence.high < -margin) wrong.high++;
  }
  return Object.fromEntries(Object.entries(wrong).map(([kind, count]) => [kind, count / runs]));
}

for (const scenario of scenarios) {
  test(`a loss that equals the margin is decided wrongly in 5 % of ${runs} runs at most: ${scenario.name}`, (t) => {
    const rates = errorRates(scenario);
    t.diagnostic(
      Object.entries(rates)
        .map(([kind, rate]) => `${kind} ${(100 * rate).toFixed(1)} %`)
        .join(", "),
    );
    for (const [kind, rate] of Object.entries(rates)) assert.ok(rate <= alpha, `${kind}: ${rate}`);
  });
}

test("an asymptotic confidence sequence fails in the same runs: they can tell a bad rule from a good one", (t) => {
  const { looks, margin, flips } = scenarios[1] as Scenario;
  const rates = [10, 50, lateStart].map((first) => {
    let wrong = 0;
    for (let run = 0; run < runs; run++) {
      const random = seededRandom(run);
      const bound = asymptoticBound({ alpha });
      for (let pair = 1; pair <= looks; pair++) {
        bound.push(drawnFlip(random, flips(pair)));
        if (pair >= first && bound.low() > -margin) {
          wrong++;
          break;
        }
      }
    }
    return wrong / runs;
  });
  t.diagnostic(
    `wrong promotions from 10, 50 and 300 pairs on: ${rates.map((rate) => (100 * rate).toFixed(0)).join(", ")} %`,
  );
  assert.ok((rates[0] as number) > 0.7, `from 10 pairs on: ${rates[0]}`);
  assert.ok((rates[1] as number) > 0.25, `from 50 pairs on: ${rates[1]}`);
});

test("the whole comparison, all gates at their margin: promoted or rejected wrongly in 5 % of 200 runs at most", (t) => {
  const rules = aRule({ min_pairs: 1 });
  const wrong = { promote: 0, reject: 0 };
  for (let run = 0; run < 200; run++) {
    const random = seededRandom(run);
    const comparison = createComparison(rules);
    for (let pair = 0; pair < 450; pair++) {
      // Weighted: (2.5 x 0.01 + 5 x 0.02) / 12.5 is its margin, 0.01, too.
      comparison.push(drawnPair(random, (field) => ({ lose: rules.margins[field] ?? 0, win: 0 })));
    }
    const { verdict } = comparison.report(facts());
    if (verdict === "promote" || verdict === "reject") wrong[verdict]++;
  }
  t.diagnostic(`promoted ${wrong.promote}, rejected ${wrong.reject} of 200`);
  assert.ok(wrong.promote <= 10 && wrong.reject <= 10, JSON.stringify(wrong));
});

test("looking changes nothing: a bound read after every pair ends where one that is read once does", () => {
  const ends = [true, false].map((isWatched) => {
    const random = seededRandom(5);
    const evidence: Evidence = createEvidence({ alpha, margin: 0.01 });
    for (let pair = 0; pair < 450; pair++) {
      evidence.push(drawnFlip(random, { lose: 0.03, win: 0.02 }));
      if (isWatched) assert.ok(evidence.low <= evidence.high);
    }
    return [evidence.low, evidence.high];
  });
  assert.deepEqual(ends[0], ends[1]);
});
