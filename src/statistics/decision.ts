import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import type { Evidence } from "./evidence.ts";
import { fallenByEValues } from "./multiplicity.ts";
import type { DecisionRules } from "./pair.ts";

/** What stands between a candidate and its promotion: a measure whose loss must stay within a margin. */
export interface Gate {
  name: string;
  margin: number;
  evidence: Evidence;
  /** Whether it can also reject the candidate. */
  canReject: boolean;
  /** The same measure on garments whose truth is a value: most are null, and hide what becomes of the others. */
  valued: Evidence | null;
}

/** Whether a loss beyond the margin is shown where the truth is a value: enough to hold a promotion back. */
export function losesValues({ valued, margin }: Gate): boolean {
  return valued !== null && valued.high < -margin;
}

/** What the pairs alone have decided, at the first pair at which a rule held. It stays. */
export interface Decision {
  kind: "promote" | "reject";
  pairs: number;
  /** The gates whose loss is shown to be beyond their margin. */
  fallen: readonly string[];
}

/** Watches the gates after every pair. */
export interface DecisionWatch {
  /** Looks at the gates after one more pair. */
  look(pairs: number): void;
  readonly promotion: Decision | null;
  readonly rejection: Decision | null;
}

/**
 * Promotion is an AND: each gate's lower bound has risen above minus its margin (each at alpha: a wrong promotion needs a wrong
 * bound of one particular gate, so there is nothing to correct), and enough pairs are there. Rejection is an OR, and so
 * corrected over all gates by e-BH. Nothing is decided before `min_pairs` nor after `max_pairs`.
 */
export function watchDecision(
  gates: readonly Gate[],
  rules: DecisionRules,
  valuedPairs: (field: FieldName) => number,
): DecisionWatch {
  const rejecting = gates.filter((gate) => gate.canReject);
  const enough = 1 / rules.alpha;
  const wanted = fieldNames
    .map((field) => [field, rules.min_valued[field] ?? 0] as const)
    .filter(([, least]) => least > 0);
  let promotion: Decision | null = null;
  let rejection: Decision | null = null;

  function rejected(): readonly string[] {
    if (!rejecting.some((gate) => gate.evidence.rejection >= enough)) return [];
    const fallen = fallenByEValues(
      rejecting.map((gate) => gate.evidence.rejection),
      rules.alpha,
    );
    return fallen.map((at) => (rejecting[at] as Gate).name);
  }

  function isPromotable(): boolean {
    return (
      gates.every((gate) => gate.evidence.promotedAt !== null && !losesValues(gate)) &&
      wanted.every(([field, least]) => valuedPairs(field) >= least)
    );
  }

  return {
    look(pairs) {
      if (pairs < rules.min_pairs || pairs > rules.max_pairs) return;
      if (promotion === null && isPromotable()) promotion = { kind: "promote", pairs, fallen: [] };
      if (rejection !== null) return;
      const fallen = rejected();
      if (fallen.length > 0) rejection = { kind: "reject", pairs, fallen };
    },
    get promotion() {
      return promotion;
    },
    get rejection() {
      return rejection;
    },
  };
}
