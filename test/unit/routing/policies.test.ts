import assert from "node:assert/strict";
import test from "node:test";
import { seededRandom } from "../../../src/kernel/index.ts";
import { getPolicy, policyNames } from "../../../src/routing/index.ts";
import { ConfigSchema } from "../../../schemas/index.ts";
import { aCandidate, countFirsts, sharesUnderLoad } from "../../contracts/routing-policy.ts";

const request = { tokens: 300 };

test("the configuration names exactly the policies there are", () => {
  const { enum: words } = ConfigSchema.properties.routing.properties.policy as { enum?: string[] };
  assert.deepEqual(words?.toSorted(), policyNames.toSorted());
});

test("least-loaded prefers the smaller share of its own capacity, not the smaller count", () => {
  const small = aCandidate("small", { inFlightTokens: 600, capacityTokens: 1000 });
  const large = aCandidate("large", { inFlightTokens: 2000, capacityTokens: 10_000 });
  const ranked = getPolicy("least-loaded")([small, large], request, seededRandom(1));
  assert.equal(ranked[0]?.id, "large");
});

test("least-loaded counts the request itself, so an empty fast backend goes before an empty slow one", () => {
  const slow = aCandidate("slow", { capacityTokens: 1000 });
  const fast = aCandidate("fast", { capacityTokens: 3000 });
  const firsts = countFirsts(50, (round) => getPolicy("least-loaded")([slow, fast], request, seededRandom(round)));
  assert.deepEqual([...firsts], [["fast", 50]]);
});

test("least-loaded does not let a negative count attract all traffic", () => {
  const fleet = [aCandidate("a", { inFlightTokens: -5000 }), aCandidate("b")];
  const random = seededRandom(3);
  const firsts = countFirsts(1000, () => getPolicy("least-loaded")(fleet, request, random));
  assert.ok((firsts.get("a") ?? 0) < 600 && (firsts.get("b") ?? 0) < 600, JSON.stringify([...firsts]));
});

for (const name of ["least-loaded", "power-of-two"] as const) {
  test(`${name} gives work by capacity although the weights are equal`, () => {
    const shares = sharesUnderLoad(getPolicy(name), [4000, 6000, 12_000], [1, 1, 1]);
    for (const [at, size] of [4000, 6000, 12_000].entries()) {
      assert.ok(Math.abs((shares[at] ?? 0) - size / 22_000) < 0.02, `shares ${shares.join(", ")}`);
    }
  });

  test(`${name} gives a backend that is larger than all others together its share`, () => {
    const shares = sharesUnderLoad(getPolicy(name), [1000, 1000, 1000, 27_000], [1, 1, 1, 1]);
    assert.ok(Math.abs((shares[3] ?? 0) - 0.9) < 0.03, `shares ${shares.join(", ")}`);
  });
}

test("power-of-two never puts the more loaded of its two first", () => {
  const fleet = [1, 2, 3, 4, 5].map((n) => aCandidate(`b${n}`, { inFlightTokens: n * 1000 }));
  const random = seededRandom(5);
  const firsts = countFirsts(2000, () => getPolicy("power-of-two")(fleet, request, random));
  assert.equal(firsts.get("b5"), undefined);
  // The less loaded of two out of five: 4, 3, 2 and 1 pairs of 10.
  for (const [id, pairs] of [
    ["b1", 4],
    ["b2", 3],
    ["b3", 2],
    ["b4", 1],
  ] as const) {
    assert.ok(Math.abs((firsts.get(id) ?? 0) - pairs * 200) < 110, `${id}: ${firsts.get(id)}`);
  }
});

test("weighted follows the weights and ignores load and capacity", () => {
  const fleet = [
    aCandidate("a", { weight: 1, capacityTokens: 90_000 }),
    aCandidate("b", { weight: 3, inFlightTokens: 9000 }),
  ];
  const random = seededRandom(11);
  const firsts = countFirsts(4000, () => getPolicy("weighted")(fleet, request, random));
  assert.ok(Math.abs((firsts.get("b") ?? 0) - 3000) < 140, `b: ${firsts.get("b")}`);
});

test("a fleet of weight 0 alone still serves, free places first", () => {
  const fleet = [aCandidate("full", { weight: 0, freePlaces: 0 }), aCandidate("spare", { weight: 0 })];
  for (const name of policyNames) {
    assert.deepEqual(
      getPolicy(name)(fleet, request, seededRandom(1)).map(({ id }) => id),
      ["spare", "full"],
    );
  }
});
