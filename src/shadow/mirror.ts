import type { Clock } from "../kernel/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import type { ArmRecord } from "../predictions/index.ts";
import type { ArmsInPlay } from "./arms-in-play.ts";
import { createBatches } from "./batches.ts";
import { createBreaker } from "./breaker.ts";
import type { Breaker } from "./breaker.ts";
import type { Coverage } from "./coverage.ts";
import type { HourlyCaps } from "./hourly-caps.ts";
import { maxFailures, maxInterruptions } from "./job.ts";
import type { Job } from "./job.ts";
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
  /** Keeps an outcome; rejects where it cannot, and the job is tried again later. */
  keep(job: Job, arm: ArmRecord, outcome: Outcome): Promise<void>;
}

/** Makes mirrored calls when they are in nobody's way. */
export interface Mirror {
  /** Takes a job over: into memory, else into the spool, else it is dropped and counted. */
  add(job: Job): void;
  /** A live call begins at this backend: what is in its way is given up and made later. */
  yieldTo(backendId: string): void;
  /** Looks whether something can be done now. */
  pump(): void;
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
/** Jobs that wait to be put into the spool; more means that the store does not keep up. */
const maxOverflow = 1024;
/** Starting a call takes up to a millisecond, for its images are copied and encoded: callers get their turn between. */
const startsPerTurn = 2;

export function createMirror(parts: MirrorParts): Mirror {
  const { settings, fleet, arms, ask, spool, throttle, caps, coverage, clock, log, instruments } = parts;
  const waiting = createWaiting();
  const inFlight = new Map<Job, AbortController>();
  const spooledInHand = new Set<number>();
  const overflow = createBatches<Job>(spoolOrDrop);
  const done = createBatches<number>((ids) => spool.remove(ids));
  const turns = createTurns(startsPerTurn, pump);
  const breakers = new Map<string, Breaker>();
  const work = new Set<Promise<unknown>>();
  let cancel = (): void => {};
  /** When each backend's spool was last looked at; Infinity while it is being looked at. */
  const spoolLookedAt = new Map<string, number>();
  let isClosed = false;

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

  const targets = (): string[] => [settings().baseline, settings().candidate];

  function add(job: Job): void {
    if (isClosed) return;
    if (waiting.size < settings().max_queue) {
      waiting.push(job);
      pump();
      return;
    }
    if (overflow.waiting < maxOverflow) track(overflow.add(job));
    else coverage.add(job.backend, "dropped");
  }

  async function spoolOrDrop(jobs: readonly Job[]): Promise<void> {
    const storable = jobs.filter((job) => job.hasImages && job.purpose !== "replay" && job.spoolId === null);
    const stored = storable.length === 0 ? 0 : await spool.add(storable, clock.wall()).catch(() => 0);
    for (const job of storable.slice(0, stored)) coverage.add(job.backend, "spooled");
    const lost = [...storable.slice(stored), ...jobs.filter((job) => !job.hasImages && job.purpose !== "replay")];
    for (const job of lost) coverage.add(job.backend, "dropped");
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
      if (!turns.take()) return;
      start(waiting.take(backend) as Job);
    }
  }

  function loadFromSpool(backend: string): void {
    if (clock.now() < (spoolLookedAt.get(backend) ?? -Infinity) + spoolEveryMs) return;
    spoolLookedAt.set(backend, Infinity);
    track(
      spool
        .next(backend, settings().max_concurrency * 2, spooledInHand)
        .catch(() => []) // The store is away: what it holds waits there.
        .then((jobs) => {
          // Where there was something there may be more: it is looked at again as soon as memory is empty.
          spoolLookedAt.set(backend, jobs.length > 0 ? -Infinity : clock.now());
          if (isClosed) return;
          for (const job of jobs) {
            spooledInHand.add(job.spoolId as number);
            waiting.push(job);
          }
          if (jobs.length > 0) pump();
        }),
    );
  }

  function start(job: Job): void {
    const arm = arms.of(job.backend, job.preparation);
    if (arm === null) {
      waiting.putBack(job);
      return;
    }
    const controller = new AbortController();
    inFlight.set(job, controller);
    caps.begin();
    instruments.shadowInFlight.set({ backend: job.backend }, countAt(job.backend));
    track(run(job, arm, controller.signal));
  }

  const countAt = (backend: string): number => [...inFlight.keys()].filter((job) => job.backend === backend).length;

  async function run(job: Job, arm: ArmRecord, signal: AbortSignal): Promise<void> {
    const asked = await ask(job.backend, job.images, { signal, timeoutMs: settings().timeout_ms });
    inFlight.delete(job);
    instruments.shadowInFlight.set({ backend: job.backend }, countAt(job.backend));
    if (asked.kind === "answered") caps.spend(asked.promptTokens + asked.completionTokens);
    if (asked.kind === "interrupted") {
      if (signal.aborted) coverage.add(job.backend, "preempted");
      again({ ...job, interruptions: job.interruptions + 1 });
      pump();
      return;
    }
    const isFailure = asked.kind === "failed" || asked.attributes === null;
    breakerOf(job.backend).record(isFailure);
    if (asked.kind === "failed" && job.failures + 1 < maxFailures) {
      again({ ...job, failures: job.failures + 1 });
      pump();
      return;
    }
    pump();
    try {
      await parts.keep(job, arm, asked);
      if (job.spoolId !== null) await release(job.spoolId);
      coverage.add(job.backend, isFailure ? "failed" : "answered");
    } catch {
      // The store does not take it. What waits in the spool is asked again when it does.
      if (job.spoolId !== null) spooledInHand.delete(job.spoolId);
      coverage.add(job.backend, "dropped");
    }
  }

  function again(job: Job): void {
    if (isClosed) {
      track(overflow.add(job));
    } else if (job.interruptions > maxInterruptions) {
      coverage.add(job.backend, "expired");
      if (job.spoolId !== null) track(release(job.spoolId));
    } else {
      waiting.putBack(job);
    }
  }

  async function release(spoolId: number): Promise<void> {
    await done.add(spoolId);
    spooledInHand.delete(spoolId);
  }

  return {
    add,
    pump,
    pauseOf,
    changed() {
      for (const job of waiting.drain(targets())) coverage.add(job.backend, "dropped");
      track(spool.keepOnly(targets()).catch(() => {})); // The store is away: the next change will do.
      pump();
    },
    spooled() {
      for (const [backend, at] of spoolLookedAt) if (at !== Infinity) spoolLookedAt.delete(backend);
      pump();
    },
    yieldTo(backendId) {
      const mustYield = throttle.liveCall(backendId);
      for (const [job, controller] of inFlight) {
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
      for (const controller of inFlight.values()) controller.abort();
      // What ends may put itself into the spool, which is work again.
      while (work.size > 0) await Promise.all(work);
      await spoolOrDrop(waiting.drain());
    },
  };
}
