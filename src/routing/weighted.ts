import type { Random } from "../kernel/index.ts";
import { count } from "./candidate.ts";
import type { Candidate, RoutingRequest } from "./candidate.ts";
import { drawOrder } from "./draw-order.ts";
import { orderBy } from "./order.ts";

/** Shares by the operator's weights and nothing else, drawn anew for each request. */
export function weighted<C extends Candidate>(candidates: readonly C[], _request: RoutingRequest, random: Random): C[] {
  return orderBy(candidates, (candidate) => drawOrder(count(candidate.weight), random), random);
}
