import { GatewayError } from "../kernel/index.ts";
import type { ComparisonAnswer } from "../../schemas/index.ts";
import type { Audit, AuditEntry } from "./audit.ts";
import type { Comparisons, ComparisonSettings } from "./comparison.ts";
import { requestInvalid } from "./errors.ts";
import { decisionBody } from "./verdict-watch.ts";

/** A person's decision about the configured comparison. */
export interface Decision {
  kind: "promote" | "rollback";
  /** Who decides: the key's id. */
  actor: string;
  reason: string;
  /** Promote although the verdict does not say so; the reason says why. */
  override?: boolean;
}

interface Parts {
  comparisons: Comparisons;
  audit: Audit;
  settings: () => ComparisonSettings;
  versions: () => Record<string, string>;
}

/**
 * Checks that a decision is allowed now and records it, before anything is done about traffic. A promotion needs the verdict
 * `promote`, or an override with its reason; a rollback is always allowed.
 * @throws GatewayError request_invalid, which says the verdict and what to do
 */
export async function recordDecision(parts: Parts, decision: Decision): Promise<AuditEntry> {
  const { comparisons, settings, audit, versions } = parts;
  const { kind, actor, reason, override: isOverride = false } = decision;
  const { baseline, candidate } = settings();
  const comparison = await comparisons.read({}).catch((error: unknown) => {
    // A rollback must be possible whatever became of the backends.
    if (kind === "rollback" && error instanceof GatewayError) return null;
    throw error;
  });
  if (kind === "promote" && comparison !== null) checkPromotion(comparison, isOverride, reason);
  const entry = await audit.append(kind, actor, {
    approver: actor,
    reason,
    override: isOverride,
    ...(comparison === null ? { baseline, candidate, versions: versions() } : decisionBody(comparison, versions())),
  });
  if (entry === null) throw new Error("An audit entry without a condition was not appended.");
  return entry;
}

function checkPromotion({ verdict, reasons }: ComparisonAnswer, isOverride: boolean, reason: string): void {
  if (verdict === "promote") return;
  if (!isOverride) {
    const [first = "no reason is known"] = reasons;
    throw requestInvalid(
      `The verdict is ${verdict} (${first}), so ${adviceOn(verdict)}. To promote all the same, send "override": true with the reason; it is recorded.`,
      { errors: [{ path: "override", message: `must be true while the verdict is ${verdict}` }] },
    );
  }
  if (reason.trim() === "") {
    throw requestInvalid("An override needs a reason; it is recorded.", {
      errors: [{ path: "reason", message: "must not be empty where override is true" }],
    });
  }
}

function adviceOn(verdict: ComparisonAnswer["verdict"]): string {
  switch (verdict) {
    case "collecting":
      return "wait for more labelled pairs (pairs_to_decide of GET /v1/eval/comparison)";
    case "inconclusive":
      return "raise max_pairs or max_days, or compare another build";
    case "invalid":
      return "mend what its reasons name first";
    case "reject":
      return "keep the baseline";
    case "promote":
      return "promote";
  }
}
