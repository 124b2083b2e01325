import type { Clock } from "../kernel/index.ts";
import type { AnswerRecord, Recorder, StoredPrediction } from "../predictions/index.ts";
import { armIdOf, findAnswered } from "../predictions/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import type { ArmsInPlay } from "./arms-in-play.ts";
import { createBackfill } from "./backfill.ts";
import { createCoverage } from "./coverage.ts";
import { createHourlyCaps } from "./hourly-caps.ts";
import type { Job } from "./job.ts";
import { createMirror } from "./mirror.ts";
import type { Outcome } from "./mirror.ts";
import { startReplay } from "./replay.ts";
import { planMirror } from "./sampling.ts";
import type { ShadowSettings } from "./settings.ts";
import { createSpool } from "./spool.ts";
import type { AskTarget, FleetView } from "./target.ts";
import { createThrottle } from "./throttle.ts";
import type { PauseReason } from "./throttle.ts";

export interface ShadowParts {
  storage: Storage;
  clock: Clock;
  log: Log;
  instruments: Instruments;
  settings: ShadowSettings;
  fleet: FleetView;
  arms: ArmsInPlay;
  ask: AskTarget;
  recorder: Pick<Recorder, "saveAnswer">;
  /** Holds a replayed answer against the garment's label; null where it has none any more. */
  score(content: string, attributes: AnswerRecord["attributes"]): Promise<Scored | null>;
}

interface Scored {
  weighted: number;
  marks: string;
  truths: string;
}

export interface ShadowStatus {
  waiting: number;
  /** Null while the store cannot be reached. */
  spooled: number | null;
  inFlight: number;
  requestsThisHour: number;
  tokensThisHour: number;
  paused: Record<string, PauseReason | null>;
}

export interface Shadow {
  readonly settings: ShadowSettings;
  /** Changes settings while running; they hold until the next restart, or a reload that changes them in the file. */
  change(change: Partial<ShadowSettings>): void;
  /** Whether a garment is to be mirrored: decided by its photos alone, before anything is known of the answers. */
  plan(content: string, isLabelled: boolean): { isMirrored: boolean; inclusion: number };
  /** Mirrors what has been committed, to the arms of the comparison that have not seen it. */
  observe(stored: readonly StoredPrediction[]): Promise<void>;
  /** Drops everything about a content that is being erased, calls under way included. */
  forget(content: string): void;
  /** Contents that have just got a label: the arms that have not seen them are asked. */
  labelled(contents: readonly string[]): Promise<void>;
  /** A live call begins: mirrored ones give way to it where they would slow it. */
  yieldTo(backendId: string): void;
  status(): Promise<ShadowStatus>;
  close(): Promise<void>;
}

/** Opens the mirror over a store and a fleet. */
export function openShadow(parts: ShadowParts): Shadow {
  const { storage, clock, log, instruments, fleet, arms, ask, recorder } = parts;
  let current = parts.settings;
  let isClosed = false;
  const settings = (): ShadowSettings => current;
  const spool = createSpool(
    storage,
    () => current.max_spool,
    () => clock.wall(),
  );
  const coverage = createCoverage({ storage, clock, log, instruments });
  const throttle = createThrottle(fleet, settings, clock);
  const caps = createHourlyCaps(clock, () => ({
    requests: current.max_requests_per_hour,
    tokens: current.max_tokens_per_hour,
  }));
  const mirror = createMirror({
    settings,
    fleet,
    arms,
    ask,
    spool,
    throttle,
    caps,
    coverage,
    clock,
    log,
    instruments,
    findAnswered: findAnsweredJobs,
    keep,
  });
  const backfill = createBackfill({
    storage,
    clock,
    log,
    settings,
    arms,
    spool,
    isUnderWay: mirror.holds,
    onSpooled: mirror.spooled,
  });
  const replay = startReplay({ storage, clock, log, settings, arms, pauseOf: mirror.pauseOf, add: mirror.add });

  async function keep(job: Job, arm: AnswerRecord["arm"], outcome: Outcome): Promise<void> {
    if (job.purpose === "replay") return keepReplay(job, arm, outcome);
    const answered = outcome.kind === "answered" ? outcome : null;
    await recorder.saveAnswer({
      content: job.content,
      garmentId: job.garmentId,
      arm,
      origin: job.purpose,
      outcome: answered === null || answered.attributes === null ? "failed" : answered.isClean ? "valid" : "repaired",
      failure: outcome.kind === "failed" ? outcome.failure : outcome.attributes === null ? "answer_invalid" : null,
      attributes: answered?.attributes ?? null,
      confidence: answered?.confidence ?? null,
      isClean: answered?.isClean ?? false,
      attempts: (answered?.attempts ?? 1) + job.failures,
      latencyMs: outcome.latencyMs,
      promptTokens: answered?.promptTokens ?? 0,
      completionTokens: answered?.completionTokens ?? 0,
      inclusion: job.inclusion,
      createdMs: clock.wall(),
    });
  }

  async function keepReplay(job: Job, arm: AnswerRecord["arm"], outcome: Outcome): Promise<void> {
    const attributes = outcome.kind === "answered" ? outcome.attributes : null;
    const scored = await parts.score(job.content, attributes);
    if (scored === null) return;
    await storage.db
      .insertInto("replays")
      .values({
        content: job.content,
        arm_id: armIdOf(arm),
        created_ms: clock.wall(),
        outcome: attributes === null ? "failed" : "valid",
        attributes: attributes === null ? null : JSON.stringify(attributes),
        ...scored,
      })
      .execute();
  }

  function plan(content: string, isLabelled: boolean): { isMirrored: boolean; inclusion: number } {
    return current.enabled ? planMirror(content, isLabelled, current.mirror_rate) : { isMirrored: false, inclusion: 0 };
  }

  async function findAnsweredJobs(jobs: readonly Job[]): Promise<ReadonlySet<Job>> {
    const asked = jobs.flatMap((job) => {
      const arm = arms.of(job.backend, job.preparation);
      return arm === null ? [] : [{ job, content: job.content, armId: armIdOf(arm) }];
    });
    const answered = await findAnswered(storage.db, asked);
    return new Set(asked.filter(({ content, armId }) => answered.has(`${content} ${armId}`)).map(({ job }) => job));
  }

  /** The arms of the comparison that have not answered a prediction's photos. */
  function jobsFor({ prediction, isLabelled, imageInclusion }: StoredPrediction): Job[] {
    const { sample, content, garmentId, arm } = prediction;
    const { isMirrored, inclusion } = plan(content, isLabelled);
    if (sample === null || sample.images.length === 0 || !isMirrored) return [];
    const backends = [current.baseline, current.candidate].filter((backend) => backend !== arm.backend);
    return backends.map((backend) => ({
      content,
      garmentId,
      backend,
      purpose: "mirror",
      images: sample.images,
      preparation: arm.preparation,
      inclusion,
      failures: sample.failedBackends.includes(backend) ? 1 : 0,
      refusals: 0,
      hasImages: imageInclusion !== null,
      spoolId: null,
    }));
  }

  async function observe(stored: readonly StoredPrediction[]): Promise<void> {
    if (isClosed) return;
    const jobs = stored.flatMap(jobsFor);
    // Photos that come again and again are asked about once.
    const answered = await findAnsweredJobs(jobs);
    for (const job of jobs) {
      if (answered.has(job) || mirror.holds(job)) continue;
      coverage.add(job.backend, "sampled");
      mirror.add(job);
    }
  }

  mirror.changed();

  return {
    get settings() {
      return current;
    },
    change(change) {
      const before = current;
      current = { ...current, ...change };
      mirror.changed();
      // What was labelled meanwhile was not put down for anybody.
      if (!before.enabled && current.enabled) backfill.startOver();
      backfill.follow();
      if (before.replay.per_hour !== current.replay.per_hour) replay.changed();
    },
    plan,
    observe,
    forget: mirror.forget,
    labelled: backfill.labelled,
    yieldTo: mirror.yieldTo,
    async status() {
      const { baseline, candidate } = current;
      return {
        waiting: mirror.waiting,
        // The mirror is to be seen, and switched off, in the very hour in which the store is away.
        spooled: storage.isAvailable ? await spool.size().catch(() => null) : null,
        inFlight: mirror.inFlight,
        requestsThisHour: caps.requests,
        tokensThisHour: caps.tokens,
        paused: Object.fromEntries([baseline, candidate].map((id) => [id, mirror.pauseOf(id)])),
      };
    },
    async close() {
      isClosed = true;
      replay.close();
      await backfill.close();
      await mirror.close();
      await coverage.close();
    },
  };
}
