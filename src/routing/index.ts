/**
 * Which backend to ask first, and which after it: pure functions from candidates to an order.
 * Knows load, weights and tiers as plain numbers and words; refuses to know what a backend is, who counts its work in
 * flight, and what happens to a request afterwards.
 */
export type { Candidate, RoutingRequest } from "./candidate.ts";
export { getPolicy, policyNames } from "./policy.ts";
export type { Policy, PolicyName } from "./policy.ts";
export { selectTier } from "./select-tier.ts";
export type { Tier, TierSelection } from "./select-tier.ts";
