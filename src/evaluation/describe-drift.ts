import type { DriftAnswer } from "../../schemas/index.ts";
import type { ArmsTable } from "../storage/index.ts";
import type { ArmDrift } from "./drift.ts";
import type { ReplayEvidence } from "./replay-evidence.ts";

/** One arm's drift as it is answered. */
export function describeDrift(
  arm: ArmsTable,
  drift: ArmDrift,
  replays: ReplayEvidence | null,
): DriftAnswer["arms"][number] {
  return {
    arm: arm.id,
    backend: arm.backend,
    window_answers: drift.windowAnswers,
    windows: drift.windows,
    earlier: describeSpan(drift.earlier),
    later: describeSpan(drift.later),
    fields: Object.fromEntries(
      [...drift.fields].map(([field, found]) => [
        field,
        {
          psi: found.psi,
          psi_p_value: found.psiPValue,
          new_value_rate: found.newValueRate,
          null_rate: found.nullRate,
          confidence_distance: found.confidenceDistance,
          confidence_p_value: found.confidencePValue,
        },
      ]),
    ),
    alarms: [...drift.alarms],
    replays:
      replays === null
        ? null
        : {
            replays: replays.replays,
            window: replays.window,
            difference: replays.difference,
            low: replays.low,
            high: replays.high,
            is_worse: replays.isWorse,
          },
  };
}

function describeSpan(span: ArmDrift["earlier"]): { from_ms: number; to_ms: number } | null {
  return span === null ? null : { from_ms: span.fromMs, to_ms: span.toMs };
}
