import type { Random } from "../kernel/index.ts";
import type { Candidate, RoutingRequest } from "./candidate.ts";
import { leastLoaded } from "./least-loaded.ts";
import { powerOfTwo } from "./power-of-two.ts";
import { weighted } from "./weighted.ts";

/**
 * All candidates, best first, so that a failed attempt can go on down the list. Those with free places come before those
 * without, those with weight 0 last. It changes nothing it is given.
 */
export type Policy = <C extends Candidate>(candidates: readonly C[], request: RoutingRequest, random: Random) => C[];

const policies = {
  "least-loaded": leastLoaded,
  "power-of-two": powerOfTwo,
  weighted,
} as const satisfies Record<string, Policy>;

export type PolicyName = keyof typeof policies;

export const policyNames = Object.keys(policies) as readonly PolicyName[];

export function getPolicy(name: PolicyName): Policy {
  return policies[name];
}
