import type { Canonicaliser } from "../attributes/index.ts";
import { createSemaphore } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import { readTruths } from "../labels/index.ts";
import type { FieldScores, Scorer as Scoring } from "../scoring/index.ts";
import type { Semantics } from "../semantics/index.ts";
import { orOverloaded } from "../storage/index.ts";
import { defaultMargin } from "../statistics/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import type {
  Attributes,
  AuditAnswer,
  AuditQuery,
  ComparisonAnswer,
  ComparisonQuery,
  DriftAnswer,
  DriftQuery,
  ExportQuery,
  LeaderboardAnswer,
  LeaderboardQuery,
  ReviewQueueAnswer,
  ReviewQueueQuery,
} from "../../schemas/index.ts";
import { findCurrentPair, findNewestArms } from "./arms.ts";
import { createAudit } from "./audit.ts";
import type { Audit, AuditEntry } from "./audit.ts";
import { checkBackends, createComparisons } from "./comparison.ts";
import type { ComparisonSettings } from "./comparison.ts";
import { recordDecision } from "./decisions.ts";
import type { Decision } from "./decisions.ts";
import { describeDrift } from "./describe-drift.ts";
import { createDriftReader } from "./drift.ts";
import { notFound } from "./errors.ts";
import { openExport } from "./export/export.ts";
import type { Export } from "./export/export.ts";
import { createJudge } from "./judge.ts";
import { readLeaderboard } from "./leaderboard.ts";
import { describeNoQueue, readReviewQueue } from "./review-queue.ts";
import type { DescribeBuild } from "./same-build.ts";
import { createScorer } from "./scorer.ts";
import { readReplayEvidence } from "./replay-evidence.ts";
import type { ReplayEvidence } from "./replay-evidence.ts";
import { createVerdictWatch } from "./verdict-watch.ts";

export interface EvaluationParts {
  storage: Storage;
  clock: Clock;
  log: Log;
  instruments: Instruments;
  canonicaliser: Canonicaliser;
  scoring: Scoring;
  semantics: Semantics;
  /** What is compared and how it is decided, as it is now; empty ids where nothing is. */
  settings: () => ComparisonSettings;
  /** What a backend's server tells of its build; null where there is no backend of this id. */
  describeBuild: DescribeBuild;
  /** Of the gateway's code, for the record. */
  version: string;
  /** Contents that labels describe: their other arms may be asked. Each may come several times. */
  onLabelled?: (contents: readonly string[]) => Promise<void> | void;
  /** While it says true, labels and answers are brought together slowly. */
  isBusy?: () => boolean;
}

/** Everything that is known of how good the arms are. Views throw GatewayError `overloaded` where the store cannot be reached. */
export interface Evaluation {
  /** Begins to bring labels and answers together, and to watch the verdict. */
  start(): void;
  /** There are new labels or answers: look soon. */
  kick(): void;
  /** Brings together what is there, now. */
  catchUp(): Promise<void>;
  /** @throws GatewayError request_invalid */
  leaderboard(query: LeaderboardQuery): Promise<LeaderboardAnswer>;
  /** @throws GatewayError request_invalid, not_found */
  comparison(query: ComparisonQuery): Promise<ComparisonAnswer>;
  /** Looks at the configured comparison, sets the gauges, and records a verdict that has changed. */
  watch(): Promise<ComparisonAnswer | null>;
  /** @throws GatewayError request_invalid, not_found */
  reviewQueue(query: ReviewQueueQuery): Promise<ReviewQueueAnswer>;
  /** @throws GatewayError not_found */
  drift(query: DriftQuery): Promise<DriftAnswer>;
  /** @throws GatewayError request_invalid */
  export(query: ExportQuery): Promise<Export>;
  readonly audit: Audit;
  readAudit(query: AuditQuery): Promise<AuditAnswer>;
  /**
   * Checks a person's decision about the configured comparison and records it; what it does to traffic is the caller's.
   * @throws GatewayError request_invalid
   */
  recordDecision(decision: Decision): Promise<AuditEntry>;
  /** Holds an answer against its content's truth; null where there is none. */
  scoreAnswer(content: string, attributes: Attributes | null): Promise<(FieldScores & { weighted: number }) | null>;
  close(): Promise<void>;
}

const auditPage = 50;

/** Views that are worked out at once: each takes a share of the event loop and of the store, and callers come first. */
const viewsAtOnce = 2;

/** Opens the evaluation over a store; nothing runs in the background before `start`. */
export function createEvaluation(parts: EvaluationParts): Evaluation {
  const { storage, clock, log, instruments, canonicaliser, scoring, settings, describeBuild } = parts;
  const { canonicalise, vocabularyVersion } = canonicaliser;
  const { consistency, scorerVersion } = scoring;
  const audit = createAudit({ storage, clock, log });
  const drift = createDriftReader(storage, canonicalise, () => clock.now());
  const comparisons = createComparisons({ storage, clock, canonicalise, drift, describeBuild, settings });
  const versions = () => ({ gateway: parts.version, scorer: scorerVersion, vocabulary: vocabularyVersion });
  const views = createSemaphore(viewsAtOnce);
  const view = <T>(work: () => Promise<T>): Promise<T> => orOverloaded(views.run(work));
  const judge = createJudge({ canonicaliser, scoring, semantics: parts.semantics });
  const scorer = createScorer({
    storage,
    judge,
    clock,
    log,
    instruments,
    ...(parts.onLabelled !== undefined && { onLabelled: parts.onLabelled }),
    ...(parts.isBusy !== undefined && { isBusy: parts.isBusy }),
  });
  const readReplays = (armId: string): Promise<ReplayEvidence | null> => {
    const { alpha, margins } = settings().decision;
    const margin = margins["weighted"] ?? defaultMargin;
    return readReplayEvidence({ storage, scoreFields: scoring.scoreFields }, armId, { alpha, margin });
  };
  const watch = createVerdictWatch({
    storage,
    clock,
    log,
    instruments,
    comparisons,
    settings,
    audit,
    versions,
    readReplays,
  });

  async function reviewQueue(query: ReviewQueueQuery): Promise<ReviewQueueAnswer> {
    const { baseline, candidate } = { ...settings(), ...query };
    await checkBackends(storage, describeBuild, { baseline, candidate });
    const arms = await findCurrentPair(storage, baseline, candidate);
    if (arms === null) return describeNoQueue(baseline, candidate);
    return await readReviewQueue(storage, canonicalise, arms, query);
  }

  async function readDrift({ backend }: DriftQuery): Promise<DriftAnswer> {
    const arms = await findNewestArms(storage, backend);
    if (backend !== undefined && arms.length === 0 && describeBuild(backend) === null) {
      throw notFound(`No backend has the id ${JSON.stringify(backend)}. GET /v1/models lists them.`);
    }
    const { alpha } = settings().decision;
    const found: DriftAnswer["arms"] = [];
    for (const arm of arms)
      found.push(describeDrift(arm, await drift.read(arm.id, alpha / 2), await readReplays(arm.id)));
    return { arms: found };
  }

  async function readAudit({ limit = auditPage, before }: AuditQuery): Promise<AuditAnswer> {
    const entries = await audit.page({ limit, ...(before !== undefined && { before }) });
    const oldest = entries.at(-1)?.seq ?? 1;
    return { entries, next_before: oldest > 1 ? oldest : null, chain: await audit.check() };
  }

  return {
    start() {
      scorer.start();
      watch.start();
    },
    kick: () => scorer.kick(),
    async catchUp() {
      while (await scorer.runOnce());
    },
    leaderboard: (query) => view(() => readLeaderboard({ storage, clock, canonicalise, consistency }, query)),
    comparison: (query) => view(() => comparisons.read(query)),
    watch: () => watch.look(),
    reviewQueue: (query) => view(() => reviewQueue(query)),
    drift: (query) => view(() => readDrift(query)),
    export: (query) => view(() => openExport({ storage, clock, canonicalise, consistency }, query)),
    audit,
    readAudit: (query) => view(() => readAudit(query)),
    recordDecision: (decision) => orOverloaded(recordDecision({ comparisons, settings, audit, versions }, decision)),
    async scoreAnswer(content, attributes) {
      const truth = (await readTruths(storage.db, [content])).get(content);
      if (truth === undefined) return null;
      const { weighted, ...rest } = scoring.scoreFields(attributes, truth.labels);
      return weighted === null ? null : { ...rest, weighted };
    },
    async close() {
      await watch.close();
      await scorer.close();
    },
  };
}
