import type { Random } from "../kernel/index.ts";
import { loadOf } from "./candidate.ts";
import type { Candidate, RoutingRequest } from "./candidate.ts";
import { orderBy } from "./order.ts";

/**
 * The smallest share of its own capacity in use goes first. Unequal backends fill up evenly, so each gets work in
 * proportion to what it can carry, whatever the sizes of the requests.
 */
export function leastLoaded<C extends Candidate>(
  candidates: readonly C[],
  request: RoutingRequest,
  random: Random,
): C[] {
  return orderBy(candidates, (candidate) => loadOf(candidate, request), random);
}
