import type { Random } from "../kernel/index.ts";
import { capacityOf, loadOf } from "./candidate.ts";
import type { Candidate, RoutingRequest } from "./candidate.ts";
import { orderBy, standingOf } from "./order.ts";
import { drawOrder } from "./draw-order.ts";

/**
 * Draws two and takes the less loaded of them: nearly as even as asking for the least loaded, and several gateways that see
 * the same figures do not all run to the same backend. They are drawn by capacity, because of equal chances a backend
 * that is larger than all others together would never get its share.
 */
export function powerOfTwo<C extends Candidate>(
  candidates: readonly C[],
  request: RoutingRequest,
  random: Random,
): C[] {
  const drawn = orderBy(candidates, (candidate) => drawOrder(capacityOf(candidate), random), random);
  const [first, second, ...rest] = drawn;
  if (first === undefined || second === undefined || standingOf(first) !== standingOf(second)) return drawn;
  return loadOf(second, request) < loadOf(first, request) ? [second, first, ...rest] : drawn;
}
