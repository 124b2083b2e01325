import type { Clock } from "../kernel/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import type { ArmRecord } from "../predictions/index.ts";
import type { ArmsInPlay } from "./arms-in-play.ts";
import { createBatches } from "./batches.ts";
import { createBreaker } from "./breaker.ts";
import type { Breaker } from "./breaker.ts";
import type { Coverage } from "./coverage.ts";
import type { HourlyCaps } from "./hourly-caps.ts";
import { bytesOf, keyOf, maxFailures, maxRefusals } from "./job.ts";
import type { Job } from "./job.ts";
import { createRests } from "./rests.ts";
import type { ShadowSettings } from "./settings.ts";
import type { Spool } from "./spool.ts";
import type { Asked, AskTarget, FleetView, Target } from "./target.ts";
import { pauseReasons } from "./throttle.ts";
import type { PauseReason, Throttle } from "./throttle.ts";
import { createTurns } from "./turns.ts";
import { createWaiting } from "./waiting.ts";

/** What an arm made of a job, to be kept. */
export type Outcome = Extract<Asked, { kind: "answered" | "failed" }>;

interface MirrorParts {
  settings: () => ShadowSettings;
  fleet: FleetView;
  arms: ArmsInPlay;
  ask: AskTarget;
  spool: Spool;
  throttle: Throttle;
  caps: HourlyCaps;
  coverage: Coverage;
  clock: Clock;
  log: Log;
  instruments: Pick<Instruments, "shadowQueueDepth" | "shadowInFlight" | "shadowPaused">;
  /** Of these jobs, those that have their answer already. */
  findAnswered(jobs: readonly Job[]): Promise<ReadonlySet<Job>>;
  /** Keeps an outcome; rejects where it cannot, and the job is tried again later. */
  keep(job: Job, arm: ArmRecord, outcome: Outcome): Promise<void>;
}

/** Makes mirrored calls when they are in nobody's way. */
export interface Mirror {
  /** Takes a job over: into memory, else into the spool, else it is dropped and counted. One that it has already is not taken twice. */
  add(job: Job): void;
  /** Whether a job about these photos waits or is under way. */
  holds(job: Pick<Job, "content" | "backend">): boolean;
  /** Drops everything about a content, calls under way included. */
  forget(content: string): void;
  /** A live call begins at this backend: what is in its way is given up and made later. */
  yieldTo(backendId: string): void;
  /** The settings have changed: what waits for a backend that is compared no more is dropped. */
  changed(): void;
  /** Something has been put into the spool by others. */
  spooled(): void;
  /** Why this backend gets nothing now, or null. */
  pauseOf(backendId: string): PauseReason | null;
  readonly waiting: number;
  readonly inFlight: number;
  /** Ends the calls under way and puts what waits into the spool. */
  close(): Promise<void>;
}

/** While something waits, whether it may go is looked at this often. */
const lookAgainMs = 25;
/** How often the spool is looked at while memory is empty. */
const spoolEveryMs = 1000;
/** Images of jobs that wait in memory. */
const maxWaitingBytes = 64 * 1024 * 1024;
/** Jobs that wait to be put into the spool; more means that the store does not keep up. */
const maxOverflow = 1024;
/** Starting a call takes up to a millisecond, for its images are copied and encoded: callers get their turn between. */
const startsPerTurn = 2;
/** More than any model takes for our question: what a backend tells beyond that is no count. */
const maxTokensPerCall = 32_768;
/** The prompt's text and an answer, where a failed call does not tell. */
const assumedTextTokens = 768;

interface UnderWay {
  controller: AbortController;
  /** Its content has been erased. */
  isForgotten: boolean;
}

export function createMirror(parts: MirrorParts): Mirror {
  const { settings, fleet, arms, ask, spool, throttle, caps, coverage, clock, log, instruments } = parts;
  const waiting = createWaiting();
  const inFlight = new Map<Job, UnderWay>();
  /** Keys of all jobs in hand but replays. */
  const held = new Set<string>();
  const overflow = createBatches<Job>(spoolOrDrop);
  const done = createBatches<number>((ids) => spool.remove(ids));
  const turns = createTurns(startsPerTurn, pump);
  const rests = createRests(clock);
  const breakers = new Map<string, Breaker>();
  const work = new Set<Promise<unknown>>();
  let cancel = (): void => {};
  /** When each backend's spool was last looked at; Infinity while it is being looked at. */
  const spoolLookedAt = new Map<string, number>();
  /** Something came while it was being looked at. */
  const lookAgain = new Set<string>();
  let isClosed = false;

  const targets = (): string[] => [settings().baseline, settings().candidate];

  function breakerOf(backend: string): Breaker {
    let breaker = breakers.get(backend);
    if (breaker === undefined) breakers.set(backend, (breaker = createBreaker(clock)));
    return breaker;
  }

  function pauseOf(backendId: string): PauseReason | null {
    if (!settings().enabled) return "disabled";
    const target = fleet.find(backendId);
    if (target === null || !target.isReady) return "not_ready";
    if (breakerOf(backendId).isOpen) return "circuit";
    if (rests.isResting(backendId)) return "busy";
    if (caps.isReached) return "cap";
    return throttle.isLoaded(target) ? "live_load" : null;
  }

  function track(promise: Promise<unknown>): void {
    const tracked = promise.catch((error: unknown) =>
      log.error({ err: error }, "a mirrored call could not be dealt with"),
    );
    work.add(tracked);
    void tracked.finally(() => work.delete(tracked));
  }

  function report(): void {
    instruments.shadowQueueDepth.set(waiting.size);
    for (const id of targets()) {
      const pause = pauseOf(id);
      for (const reason of pauseReasons)
        instruments.shadowPaused.set({ backend: id, reason }, reason === pause ? 1 : 0);
    }
  }

  /** A job's end, however it came: it is in hand no more. */
  function letGo(job: Job): void {
    if (job.purpose !== "replay") held.delete(keyOf(job));
  }

  function add(job: Job): void {
    if (isClosed || (job.purpose !== "replay" && held.has(keyOf(job)))) return;
    if (job.purpose !== "replay") held.add(keyOf(job));
    if (waiting.size < settings().max_queue && waiting.bytes + bytesOf(job) <= maxWaitingBytes) {
      waiting.push(job);
      pump();
    } else {
      setAside(job);
    }
  }

  /** Out of memory and into the spool, from where it comes again in its turn. */
  function setAside(job: Job): void {
    if (job.spoolId !== null) {
      track(spool.release([job.spoolId]).finally(() => letGo(job)));
    } else if (job.hasImages && job.purpose !== "replay" && overflow.waiting < maxOverflow) {
      track(overflow.add({ ...job, images: [] }));
    } else {
      drop(job);
    }
  }

  function drop(job: Job): void {
    letGo(job);
    if (job.purpose !== "replay") coverage.add(job.backend, "dropped");
  }

  async function spoolOrDrop(jobs: readonly Job[]): Promise<void> {
    const stored = jobs.length === 0 ? 0 : await spool.add(jobs).catch(() => 0);
    for (const [at, job] of jobs.entries()) {
      letGo(job);
      coverage.add(job.backend, at < stored ? "spooled" : "dropped");
    }
  }

  function pump(): void {
    cancel();
    if (isClosed) return;
    let isWaiting = false;
    for (const backend of targets()) {
      const pause = pauseOf(backend);
      if (pause === null) startSome(backend);
      if (waiting.countFor(backend) > 0) isWaiting = true;
      else if (pause === null && inFlight.size < settings().max_concurrency) loadFromSpool(backend);
    }
    report();
    cancel = clock.after(isWaiting ? lookAgainMs : spoolEveryMs, pump);
  }

  function startSome(backend: string): void {
    while (inFlight.size < settings().max_concurrency && waiting.countFor(backend) > 0) {
      // A card that is shared may have been taken since.
      if (throttle.isLoaded(fleet.find(backend) as Target) || breakerOf(backend).isOpen || caps.isReached) return;
      if (rests.isResting(backend) || !turns.take()) return;
      start(waiting.take(backend) as Job);
    }
  }

  function loadFromSpool(backend: string): void {
    if (clock.now() < (spoolLookedAt.get(backend) ?? -Infinity) + spoolEveryMs) return;
    spoolLookedAt.set(backend, Infinity);
    track(
      takeFromSpool(backend)
        .catch(() => []) // The store is away: what it holds waits there.
        .then((jobs) => {
          // Where there was something there may be more: it is looked at again as soon as memory is empty.
          const isDueAgain = lookAgain.delete(backend) || jobs.length > 0;
          spoolLookedAt.set(backend, isDueAgain ? -Infinity : clock.now());
          if (isClosed) return spool.release(jobs.map(({ spoolId }) => spoolId as number));
          for (const job of jobs) {
            held.add(keyOf(job));
            waiting.push(job);
          }
          if (isDueAgain) pump();
        }),
    );
  }

  async function takeFromSpool(backend: string): Promise<Job[]> {
    const { max_concurrency: concurrency, timeout_ms: timeoutMs } = settings();
    const claimMs = maxFailures * timeoutMs + 60_000;
    const jobs = await spool.next(backend, concurrency * 2, claimMs);
    const answered = await parts.findAnswered(jobs);
    await spool.remove([...answered].map(({ spoolId }) => spoolId as number));
    return jobs.filter((job) => !answered.has(job) && !held.has(keyOf(job)));
  }

  function start(job: Job): void {
    const arm = arms.of(job.backend, job.preparation);
    if (arm === null) {
      rests.away(job.backend);
      waiting.putBack(job);
      return;
    }
    const underWay: UnderWay = { controller: new AbortController(), isForgotten: false };
    inFlight.set(job, underWay);
    caps.begin();
    instruments.shadowInFlight.set({ backend: job.backend }, countAt(job.backend));
    track(run(job, arm, underWay));
  }

  const countAt = (backend: string): number => [...inFlight.keys()].filter((job) => job.backend === backend).length;

  async function run(job: Job, arm: ArmRecord, underWay: UnderWay): Promise<void> {
    const asked = await askSafely(job, underWay.controller.signal);
    inFlight.delete(job);
    instruments.shadowInFlight.set({ backend: job.backend }, countAt(job.backend));
    if (underWay.isForgotten) letGo(job);
    else if (asked.kind === "answered" || asked.kind === "failed") await judge(job, arm, asked);
    else putBack(job, asked);
    pump();
  }

  /** A defect of ours must not cost a place for ever, nor count against the build. */
  async function askSafely(job: Job, signal: AbortSignal): Promise<Asked> {
    try {
      return await ask(job.backend, job.images, { signal, timeoutMs: settings().timeout_ms });
    } catch (error) {
      log.error({ err: error, backend: job.backend }, "a mirrored call broke");
      return { kind: "busy", retryAfterMs: 0 };
    }
  }

  async function judge(job: Job, arm: ArmRecord, asked: Outcome): Promise<void> {
    const isFailure = asked.kind === "failed" || asked.attributes === null;
    caps.spend(tokensOf(job, asked));
    rests.answered(job.backend);
    breakerOf(job.backend).record(isFailure);
    if (asked.kind === "failed" && job.failures + 1 < maxFailures) {
      again({ ...job, failures: job.failures + 1 });
      return;
    }
    // The next ones need not wait for the store.
    pump();
    try {
      await parts.keep(job, arm, asked);
      if (job.spoolId !== null) await done.add(job.spoolId);
      letGo(job);
      coverage.add(job.backend, isFailure ? "failed" : "answered");
    } catch {
      // The store does not take it. What waits in the spool is asked again when it does.
      if (job.spoolId === null) drop(job);
      else setAside(job);
    }
  }

  function putBack(job: Job, asked: Exclude<Asked, Outcome>): void {
    if (asked.kind === "taken_back") coverage.add(job.backend, "preempted");
    else if (asked.kind === "away") rests.away(job.backend);
    else rests.busy(job.backend, asked.retryAfterMs);
    const refusals = job.refusals + (asked.kind === "busy" ? 1 : 0);
    if (refusals > maxRefusals) setAside({ ...job, refusals: 0 });
    else again({ ...job, refusals });
  }

  function again(job: Job): void {
    if (isClosed) setAside(job);
    else waiting.putBack(job);
  }

  return {
    add,
    pauseOf,
    holds: (job) => held.has(keyOf(job)),
    forget(content) {
      for (const job of waiting.remove((job) => job.content === content)) letGo(job);
      for (const [job, underWay] of inFlight) {
        if (job.content !== content) continue;
        underWay.isForgotten = true;
        underWay.controller.abort();
      }
    },
    changed() {
      for (const job of waiting.drain(targets())) drop(job);
      track(spool.keepOnly(targets()).catch(() => {})); // The store is away: the next change will do.
      pump();
    },
    spooled() {
      for (const [backend, at] of spoolLookedAt) {
        if (at === Infinity) lookAgain.add(backend);
        else spoolLookedAt.delete(backend);
      }
      pump();
    },
    yieldTo(backendId) {
      const mustYield = throttle.liveCall(backendId);
      for (const [job, { controller }] of inFlight) {
        const target = fleet.find(job.backend);
        if (target !== null && mustYield(target)) controller.abort();
      }
    },
    get waiting() {
      return waiting.size;
    },
    get inFlight() {
      return inFlight.size;
    },
    async close() {
      isClosed = true;
      cancel();
      for (const { controller } of inFlight.values()) controller.abort();
      for (const job of waiting.drain()) setAside(job);
      // What ends may put itself into the spool, which is work again.
      while (work.size > 0) await Promise.all(work);
    },
  };
}

function tokensOf(job: Job, asked: Outcome): number {
  if (asked.kind === "answered") return Math.min(asked.promptTokens + asked.completionTokens, maxTokensPerCall);
  return job.images.reduce((sum, { visionTokens }) => sum + visionTokens, assumedTextTokens);
}
