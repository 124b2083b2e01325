import assert from "node:assert/strict";
import test from "node:test";
import { tierNames } from "../../../schemas/index.ts";
import type { TierName } from "../../../schemas/index.ts";
import { selectTier } from "../../../src/routing/index.ts";

const backend = (id: string, ...tiers: TierName[]) => ({ id, tiers });

test("keeps only the candidates of the tier that was asked for, and says that nothing was changed", () => {
  const fleet = [backend("fp8", "balanced", "accurate"), backend("nvfp4", "fast", "balanced")];
  const { candidates, ...rest } = selectTier(fleet, "fast");
  assert.deepEqual(
    candidates.map(({ id }) => id),
    ["nvfp4"],
  );
  assert.deepEqual(rest, { tier: "fast", degraded: null });
});

const cases: [asked: TierName, usable: TierName[], served: TierName][] = [
  ["fast", ["balanced", "accurate"], "balanced"],
  ["fast", ["accurate"], "accurate"],
  ["balanced", ["fast", "accurate"], "accurate"],
  ["balanced", ["fast"], "fast"],
  ["accurate", ["fast", "balanced"], "balanced"],
  ["accurate", ["fast"], "fast"],
];
for (const [asked, usable, served] of cases) {
  test(`${asked} falls to ${served} where only ${usable.join(" and ")} can be had, and says so`, () => {
    const fleet = usable.map((tier) => backend(`only-${tier}`, tier));
    const selection = selectTier(fleet, asked);
    assert.deepEqual(
      selection.candidates.map(({ id }) => id),
      [`only-${served}`],
    );
    assert.deepEqual(selection.degraded, { tier: served });
    assert.equal(selection.tier, served);
  });
}

test("no usable backend is no candidate and no degradation, for every tier of the contract", () => {
  for (const tier of tierNames) {
    assert.deepEqual(selectTier([], tier), { candidates: [], tier, degraded: null });
  }
});
