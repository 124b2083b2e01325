import type { Clock } from "../kernel/index.ts";
import type { AnswerRecord, Recorder, StoredPrediction } from "../predictions/index.ts";
import { armIdOf } from "../predictions/index.ts";
import { orOverloaded } from "../storage/index.ts";
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
  /** Every garment's images are kept, not only those of the sample. */
  keepsAllImages: () => boolean;
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
  spooled: number;
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
  observe(stored: readonly StoredPrediction[]): void;
  /** Contents that have just got a label: the arms that have not seen them are asked. */
  labelled(contents: readonly string[]): Promise<void>;
  /** A live call begins: mirrored ones give way to it where they would slow it. */
  yieldTo(backendId: string): void;
  status(): Promise<ShadowStatus>;
  close(): Promise<void>;
}

/** Forgetting costs a call whose answer is not kept, because the first one counts. */
const maxRemembered = 20_000;

/** Opens the mirror over a store and a fleet. */
export function openShadow(parts: ShadowParts): Shadow {
  const { storage, clock, log, instruments, fleet, arms, ask, recorder, keepsAllImages } = parts;
  let current = parts.settings;
  let isClosed = false;
  const settings = (): ShadowSettings => current;
  const spool = createSpool(storage, () => current.max_spool);
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
    keep,
  });
  const backfill = createBackfill({
    storage,
    clock,
    log,
    settings,
    keepsAll: keepsAllImages,
    arms,
    spool,
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

  /** What has been mirrored lately, so that photos which come again and again are not. */
  const mirrored = new Set<string>();

  function isNew(content: string, backend: string, preparation: string): boolean {
    const arm = arms.of(backend, preparation);
    if (arm === null) return true;
    const key = `${content} ${armIdOf(arm)}`;
    if (mirrored.has(key)) return false;
    if (mirrored.size >= maxRemembered) mirrored.clear();
    mirrored.add(key);
    return true;
  }

  mirror.changed();

  return {
    get settings() {
      return current;
    },
    change(change) {
      current = { ...current, ...change };
      backfill.follow();
      mirror.changed();
    },
    plan,
    observe(stored) {
      if (isClosed) return;
      for (const { prediction, isLabelled, hasImages } of stored) {
        const { sample, content, garmentId } = prediction;
        if (sample === null) continue;
        const { isMirrored, inclusion } = plan(content, isLabelled);
        if (!isMirrored || sample.images.length === 0) continue;
        for (const backend of [current.baseline, current.candidate]) {
          if (backend === prediction.arm.backend || !isNew(content, backend, prediction.arm.preparation)) continue;
          coverage.add(backend, "sampled");
          mirror.add({
            content,
            garmentId,
            backend,
            purpose: "mirror",
            images: sample.images,
            preparation: prediction.arm.preparation,
            inclusion,
            failures: sample.failedBackends.includes(backend) ? 1 : 0,
            interruptions: 0,
            hasImages,
            spoolId: null,
          });
        }
      }
    },
    labelled: backfill.labelled,
    yieldTo: mirror.yieldTo,
    async status() {
      const { baseline, candidate } = current;
      return {
        waiting: mirror.waiting,
        spooled: await orOverloaded(spool.size()),
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
