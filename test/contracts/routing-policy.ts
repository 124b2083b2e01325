import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../src/kernel/index.ts";
import type { Candidate, Policy } from "../../src/routing/index.ts";

/** A candidate with free places, idle, of middling size; a test says what it cares about. */
export function aCandidate(id: string, overrides: Partial<Candidate> = {}): Candidate {
  return { id, weight: 1, inFlightTokens: 0, capacityTokens: 10_000, freePlaces: 8, ...overrides };
}

const sane = fc.record({
  weight: fc.double({ min: 0, max: 1000, noNaN: true }),
  inFlightTokens: fc.nat(100_000),
  capacityTokens: fc.integer({ min: 1, max: 100_000 }),
  freePlaces: fc.integer({ min: 0, max: 64 }),
});
/** What counters, signals and operators should never give, and one day will. */
const anyNumber = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, 0, -0, -1, Infinity, -Infinity, 1e308));
const broken = fc.record({
  weight: anyNumber,
  inFlightTokens: anyNumber,
  capacityTokens: anyNumber,
  freePlaces: anyNumber,
});
const fleetOf = (numbers: fc.Arbitrary<Omit<Candidate, "id">>) =>
  fc.array(numbers, { maxLength: 12 }).map((all) => all.map((one, at) => ({ id: `b${at}`, ...one })));
const fleets = fc.oneof(fleetOf(sane), fleetOf(broken));
const requests = fc.record({ tokens: fc.oneof(fc.nat(5000), anyNumber) });

const ids = (candidates: readonly Candidate[]) => candidates.map(({ id }) => id);

/** How often each candidate comes first. */
export function countFirsts(rounds: number, rank: (round: number) => readonly Candidate[]): Map<string, number> {
  const firsts = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const id = rank(round)[0]?.id ?? "";
    firsts.set(id, (firsts.get(id) ?? 0) + 1);
  }
  return firsts;
}

/**
 * Sends a stream of unequal requests through a policy to backends that work in proportion to their capacity, at as much
 * work as they can just do, and tells each one's share of the work.
 */
export function sharesUnderLoad(policy: Policy, capacities: readonly number[], weights: readonly number[]): number[] {
  const random = seededRandom(42);
  const rounds = 20_000;
  const meanTokens = 350;
  const total = capacities.reduce((sum, capacity) => sum + capacity, 0);
  const inFlight = capacities.map((capacity) => capacity / 2);
  const given = capacities.map(() => 0);
  for (let round = 0; round < rounds; round += 1) {
    const tokens = meanTokens * (0.3 + 1.4 * random());
    const candidates = capacities.map((capacityTokens, at) =>
      aCandidate(String(at), { capacityTokens, inFlightTokens: inFlight[at] ?? 0, weight: weights[at] ?? 1 }),
    );
    const chosen = Number(policy(candidates, { tokens }, random)[0]?.id);
    given[chosen] = (given[chosen] ?? 0) + tokens;
    for (const [at, capacity] of capacities.entries()) {
      const added = at === chosen ? tokens : 0;
      inFlight[at] = Math.max(0, (inFlight[at] ?? 0) + added - (meanTokens * capacity) / total);
    }
  }
  const sum = given.reduce((all, tokens) => all + tokens, 0);
  return given.map((tokens) => tokens / sum);
}

/** What every routing policy promises, whatever it prefers. */
export function describeRoutingPolicy(name: string, policy: Policy): void {
  describe(`routing policy ${name}`, () => {
    test("ranks every candidate exactly once", () => {
      fc.assert(
        fc.property(fleets, requests, fc.nat(), (fleet, request, seed) => {
          const ranked = policy(fleet, request, seededRandom(seed));
          assert.deepEqual(ids(ranked).sort(), ids(fleet).sort());
        }),
      );
    });

    test("changes nothing that it is given", () => {
      fc.assert(
        fc.property(fleets, requests, (fleet, request) => {
          const before = structuredClone(fleet);
          policy(Object.freeze(fleet.map((one) => Object.freeze(one))), Object.freeze(request), seededRandom(1));
          assert.deepEqual(fleet, before);
        }),
      );
    });

    test("repeats itself under the same random sequence", () => {
      fc.assert(
        fc.property(fleets, requests, fc.nat(), (fleet, request, seed) => {
          const first = policy(fleet, request, seededRandom(seed));
          assert.deepEqual(ids(policy(fleet, request, seededRandom(seed))), ids(first));
        }),
      );
    });

    test("makes an empty order of no candidates", () => {
      assert.deepEqual(policy([], { tokens: 300 }, seededRandom(1)), []);
    });

    test("puts free places before full candidates, and weight 0 last of all", () => {
      const standing = ({ weight, freePlaces }: Candidate) => (weight > 0 ? 0 : 2) + (freePlaces > 0 ? 0 : 1);
      fc.assert(
        fc.property(fleets, requests, fc.nat(), (fleet, request, seed) => {
          const standings = policy(fleet, request, seededRandom(seed)).map(standing);
          assert.deepEqual(
            standings,
            standings.toSorted((a, b) => a - b),
          );
        }),
      );
    });

    test("shares equal candidates fairly", () => {
      const fleet = ["a", "b", "c", "d"].map((id) => aCandidate(id));
      const random = seededRandom(7);
      const firsts = countFirsts(8000, () => policy(fleet, { tokens: 300 }, random));
      // 2,000 each; 39 is one standard deviation.
      for (const { id } of fleet) assert.ok(Math.abs((firsts.get(id) ?? 0) - 2000) < 195, `${id}: ${firsts.get(id)}`);
    });

    test("gives backends of unequal capacity and weight work in proportion", () => {
      const sizes = [4000, 6000, 12_000];
      const shares = sharesUnderLoad(policy, sizes, sizes);
      for (const [at, size] of sizes.entries()) {
        assert.ok(Math.abs((shares[at] ?? 0) - size / 22_000) < 0.02, `shares ${shares.join(", ")}`);
      }
    });
  });
}
