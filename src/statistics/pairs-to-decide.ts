import type { FieldName } from "../../schemas/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { Gate } from "./decision.ts";
import type { DecisionRules } from "./pair.ts";

/** Fewer pairs tell nothing about flip rates. */
const fewestPairs = 20;

/** What the forecast rests on. */
interface Standing {
  gates: readonly Gate[];
  rules: DecisionRules;
  pairs: number;
  valuedPairs: (field: FieldName) => number;
}

/**
 * All pairs, those so far included, that a decision takes if differences go on coming as they came: the sooner of a promotion
 * (the slowest gate, with its labels coming as often as they do) and a rejection (the quickest gate). It may exceed
 * `max_pairs`. Null with fewer than 20 pairs and where the data lead to neither: it is a forecast, not a promise.
 */
export function pairsToDecide({ gates, rules, pairs, valuedPairs }: Standing): number | null {
  if (pairs < fewestPairs) return null;
  const rejecting = gates.filter((gate) => gate.canReject);
  const enough = 1 / rules.alpha;

  const promotions = gates.map(({ evidence }) =>
    evidence.promotedAt === null ? scaled(evidence.pairsToPromote(enough), evidence.pairs, pairs) : 0,
  );
  const values = fieldNames.map((field) => {
    const missing = (rules.min_valued[field] ?? 0) - valuedPairs(field);
    return missing <= 0 ? 0 : scaled(missing, valuedPairs(field), pairs);
  });
  // Alone it must clear the correction for all of them.
  const rejections = rejecting.map(({ evidence }) =>
    scaled(evidence.pairsToReject(enough * rejecting.length), evidence.pairs, pairs),
  );

  const known = rejections.filter((more) => more !== null);
  const untilPromoted = latest([...promotions, ...values]);
  const soonest = Math.min(untilPromoted ?? Infinity, ...known);
  return soonest === Infinity ? null : Math.max(rules.min_pairs, pairs + soonest);
}

/** More pairs of all kinds, for so many more of one kind; null where that kind has not come at all. */
function scaled(more: number | null, ofKind: number, pairs: number): number | null {
  if (more === null || ofKind === 0) return null;
  return Math.ceil((more * pairs) / ofKind);
}

/** The largest; null where one of them never comes. */
function latest(all: readonly (number | null)[]): number | null {
  let last = 0;
  for (const more of all) {
    if (more === null) return null;
    last = Math.max(last, more);
  }
  return last;
}
