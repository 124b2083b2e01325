import { createEvaluation } from "./evaluation/index.ts";
import type { Evaluation } from "./evaluation/index.ts";
import type { Fleet } from "./backends/index.ts";
import { followAnswers } from "./follow-answers.ts";
import type { Following } from "./follow-answers.ts";
import { stableHash } from "./kernel/index.ts";
import type { Clock } from "./kernel/index.ts";
import { createLabels } from "./labels/index.ts";
import type { Labels } from "./labels/index.ts";
import type { Admission } from "./limits/index.ts";
import { openScoring } from "./open-scoring.ts";
import type { Scoring } from "./open-scoring.ts";
import { createGarments, startRetention } from "./predictions/index.ts";
import type { Garments, RetentionRules } from "./predictions/index.ts";
import { createPromotion } from "./promotion.ts";
import type { Promotion, RecordedDecision } from "./promotion.ts";
import { orOverloaded } from "./storage/index.ts";
import type { Storage } from "./storage/index.ts";
import type { Instruments, Log } from "./telemetry/index.ts";
import { gatewayVersion } from "./version.ts";
import type { BackendConfig, Config } from "../schemas/index.ts";

interface Parts {
  /** A backend as the configuration has it. */
  configured: (id: string) => BackendConfig | undefined;
  /** Read anew where it may have been reloaded. */
  config: () => Config;
  storage: Storage;
  fleet: Fleet;
  admission: Pick<Admission, "queued">;
  clock: Clock;
  log: Log;
  instruments: Instruments;
}

/** All of shadow evaluation: labels come in, answers are kept, mirrored and held against labels, people decide. */
export interface ShadowEval {
  readonly labels: Labels;
  readonly scoring: Scoring;
  readonly following: Following;
  readonly evaluation: Evaluation;
  readonly promotion: Promotion;
  readonly garments: Garments;
  /** Erases a stored prediction; that it was done is recorded, and nothing of what it was. @throws GatewayError not_found */
  eraseGarment(id: string, actor: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the rooms of shadow evaluation in the order in which they need each other. */
export function openShadowEval({
  config,
  configured,
  storage,
  fleet,
  admission,
  clock,
  log,
  instruments,
}: Parts): ShadowEval {
  const scoring = openScoring({ evaluation: config().evaluation, clock, instruments });
  const { canonicaliser, scorer, semantics } = scoring;
  const evaluation = createEvaluation({
    storage,
    clock,
    log,
    instruments,
    canonicaliser,
    scoring: scorer,
    semantics,
    version: gatewayVersion,
    settings() {
      // What an operator has changed since the start, a promotion included.
      const { baseline, candidate } = following.shadow.settings;
      // A reload may have taken one of them out of the fleet.
      const isNamed = find(baseline) !== undefined && find(candidate) !== undefined;
      const pair = isNamed ? { baseline, candidate } : { baseline: "", candidate: "" };
      return { ...pair, decision: config().shadow.decision };
    },
    describeBuild(id) {
      const backend = find(id);
      if (backend === undefined) return null;
      const { model, quantization, server } = backend.describe();
      // Two processes of one build began at different times.
      const told = server === null ? null : stableHash({ ...server, processStart: null });
      return { model, quantization, server: told };
    },
    onLabelled: (contents) => following.shadow.labelled(contents),
    isBusy: () => admission.queued.interactive + admission.queued.bulk > 0,
  });
  const labels = createLabels({
    storage,
    canonicalise: canonicaliser.canonicalise,
    wall: () => clock.wall(),
    onStored: () => evaluation.kick(),
  });
  const following = followAnswers({
    config,
    storage,
    fleet,
    admission,
    clock,
    log,
    instruments,
    score: (content, attributes) => evaluation.scoreAnswer(content, attributes),
    onStored: () => evaluation.kick(),
  });
  const { audit } = evaluation;
  const promotion = createPromotion({
    fleet,
    configured,
    configuredPair: () => config().shadow,
    shadow: following.shadow,
    clock,
    log,
    record: {
      append: ({ kind, actor, reason, override = false }) =>
        evaluation.recordDecision({ kind, actor, reason, override }),
      async newest() {
        const entries = [...(await audit.newest("promote", 1)), ...(await audit.newest("rollback", 1))];
        const [newest] = entries.sort((a, b) => b.seq - a.seq);
        return newest === undefined ? null : decisionOf(newest);
      },
      note: (kind, actor, body) => audit.append(kind, actor, body),
    },
  });
  const garments = createGarments(storage, following.forget);
  const retention = startRetention({ storage, clock, log, instruments, rules: () => retentionRules(config()) });
  evaluation.start();

  function find(id: string) {
    return fleet.backends.find((backend) => backend.id === id);
  }

  return {
    labels,
    scoring,
    following,
    evaluation,
    promotion,
    garments,
    async eraseGarment(id, actor) {
      await garments.erase(id);
      await orOverloaded(audit.append("garment_erased", actor, { garment: id }));
    },
    async close() {
      await promotion.close();
      await following.close();
      await evaluation.close();
      await retention.close();
      await scoring.close();
    },
  };
}

/** A decision swaps the two builds: who was compared as the candidate serves from then on. */
function decisionOf({ seq, kind, body }: { seq: number; kind: string; body: unknown }): RecordedDecision | null {
  const { baseline, candidate } = body as { baseline?: unknown; candidate?: unknown };
  if (typeof baseline !== "string" || typeof candidate !== "string") return null;
  return { seq, kind: kind === "promote" ? "promote" : "rollback", serves: candidate, mirrored: baseline };
}

function retentionRules({ storage }: Config): RetentionRules {
  const { images, predictions } = storage;
  return { imageDays: images.days, imageMaxBytes: images.max_bytes, predictionDays: predictions.days };
}
