import { BackendFailure } from "../backends/index.ts";
import type { Backend, Fleet, Place, Work } from "../backends/index.ts";
import type { TimeLeft } from "../cache/index.ts";
import { sleep } from "../kernel/index.ts";
import type { Clock, GatewayError, Priority } from "../kernel/index.ts";
import type { Instruments } from "../telemetry/index.ts";
import type { Choose } from "./choose.ts";
import { answerInvalid, backendFailed, noBackend, overloaded } from "./errors.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** What retries of all requests together may add to the load of a fleet in trouble; its owner bounds it. */
export interface Retries {
  /** Call it once for each request. */
  recordRequest(): void;
  /** Takes one retry; false where there is none left. */
  tryRetry(): boolean;
  /** Milliseconds to wait before the retry with this number, with jitter. */
  backoffMs(retry: number): number;
}

export interface AttemptsContext {
  fleet: Fleet;
  choose: Choose;
  deadline: TimeLeft;
  priority: Priority;
  retries: Retries;
  maxAttempts: number;
  instruments: Instruments;
  stopwatch: Stopwatch;
  clock: Clock;
}

/** One try of a request at one backend. */
export interface Attempt<T> {
  /** Whatever a backend of this kind needs, before it gets a place: none must stand idle meanwhile. Answers the call's cost. */
  prepare(backend: Backend): Promise<Work>;
  send(place: Place): Promise<T>;
  /** Told of a backend that was asked and failed by its own fault, not for being busy or for the caller's leaving. */
  onOwnFailure?(backend: Backend): void;
}

interface AttemptsOptions {
  /** Asked first where it has a free place. */
  prefer?: Backend;
  /** Not asked at all. */
  avoid?: Backend;
  /** Whether a backend that says no to the request itself may be alone with that: the others are asked as well. */
  isOwnRefusal: (failure: BackendFailure) => boolean;
  /** What the caller learns where a backend says no to the request itself. */
  onRefusal: (failure: BackendFailure) => GatewayError;
}

/** An answer came and is of no use: its backend's own failure, and another one may do better. */
export class UselessAnswer extends Error {
  override name = "UselessAnswer";
  /** For the count of retries. */
  readonly reason: string;
  /** What the caller learns where no backend does better. */
  readonly detail: string;

  constructor(reason: string, detail: string) {
    super(reason);
    this.reason = reason;
    this.detail = detail;
  }
}

/** A backend gets a request at most twice: the second time only when no other is left. */
const maxAttemptsPerBackend = 2;

/** How long a caller is told to wait when no backend is usable: about a probe interval. */
const noBackendRetryAfterSeconds = 2;

/** For the choice of the backend to prepare for, when nothing is prepared yet. */
const unknownWork: Work = { visionTokens: 0, textTokens: 0 };

/**
 * Makes attempts until one succeeds: at another backend after each failure that may pass, at the same one when it is
 * alone, all within one deadline and the fleet's budget of retries.
 * @throws GatewayError backend_failed, overloaded, no_backend, answer_invalid, the refusal's error, or the deadline's reason
 */
export async function tryBackends<T>(
  attempt: Attempt<T>,
  context: AttemptsContext,
  { prefer, avoid, isOwnRefusal, onRefusal }: AttemptsOptions,
): Promise<T> {
  const { fleet, choose, deadline, priority, stopwatch } = context;
  const { signal } = deadline;
  const tries = new Map<Backend, number>();
  if (avoid !== undefined) tries.set(avoid, maxAttemptsPerBackend);
  const refusedBy: Backend[] = [];
  let last: UselessAnswer | BackendFailure | null = null;

  const rank = (work: Work): readonly Backend[] => eligible(choose(work).ranked, tries, prefer);

  for (let n = 0; n < context.maxAttempts; n += 1) {
    signal.throwIfAborted();
    let asked: Backend | null = null;
    try {
      if (last !== null && (rank(unknownWork).length === 0 || !(await mayRetry(last, n, context)))) break;
      const [first] = rank(unknownWork);
      if (first === undefined) break;
      const work = await attempt.prepare(first);
      const place = await stopwatch.time("queue", () =>
        fleet.acquire({ rank: () => rank(work), work, signal, priority }),
      );
      asked = place.backend;
      tries.set(asked, (tries.get(asked) ?? 0) + 1);
      try {
        const result = await attempt.send(place);
        // What one refuses and another answers was no fault of the request's.
        for (const backend of refusedBy) backend.reportAnswer("invalid");
        return result;
      } finally {
        place.release();
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (asked !== null && isOwnFailure(error)) attempt.onOwnFailure?.(asked);
      if (asked !== null && isRefusal(error) && isOwnRefusal(error)) {
        // It will say no again.
        tries.set(asked, maxAttemptsPerBackend);
        refusedBy.push(asked);
        last = error;
        continue;
      }
      if (!isWorthAnotherTry(error)) throw toPublicError(error, onRefusal);
      if (!isUnavailable(error)) last = error;
      // That nothing usable is left says less than why the last one failed.
      else if (asked === null) break;
      // It left the rotation before anything was sent: that was no attempt, and another one may be there.
    }
  }
  throw toPublicError(last, onRefusal);
}

async function mayRetry(last: UselessAnswer | BackendFailure, n: number, context: AttemptsContext): Promise<boolean> {
  const { retries, instruments, clock, deadline } = context;
  if (!retries.tryRetry()) {
    instruments.retries.labels({ reason: "budget_empty" }).inc();
    return false;
  }
  instruments.retries.labels({ reason: reasonOf(last) }).inc();
  await sleep(clock, retries.backoffMs(n), deadline.signal);
  return true;
}

/** Those that have not had this request yet, or, where none is left, those that may have it once more. */
function eligible(
  ranked: readonly Backend[],
  tries: ReadonlyMap<Backend, number>,
  prefer?: Backend,
): readonly Backend[] {
  const fresh = ranked.filter((backend) => !tries.has(backend));
  if (prefer !== undefined && prefer.freePlaces > 0 && fresh.includes(prefer)) {
    return [prefer, ...fresh.filter((backend) => backend !== prefer)];
  }
  if (fresh.length > 0) return fresh;
  return ranked.filter((backend) => (tries.get(backend) ?? 0) < maxAttemptsPerBackend);
}

function isUnavailable(error: UselessAnswer | BackendFailure): boolean {
  return error instanceof BackendFailure && error.kind === "unavailable" && error.sends === 0;
}

function isRefusal(error: unknown): error is BackendFailure {
  return error instanceof BackendFailure && error.kind === "refused_request";
}

function isWorthAnotherTry(error: unknown): error is UselessAnswer | BackendFailure {
  return error instanceof UselessAnswer || (error instanceof BackendFailure && error.retryable);
}

function isOwnFailure(error: unknown): boolean {
  return error instanceof UselessAnswer || (error instanceof BackendFailure && error.isOwnFault);
}

function reasonOf(error: UselessAnswer | BackendFailure): string {
  return error instanceof UselessAnswer ? error.reason : error.kind;
}

/** What the caller learns: never which backend, nor what it said. */
function toPublicError(error: unknown, onRefusal: AttemptsOptions["onRefusal"]): unknown {
  if (error === null || (error instanceof BackendFailure && error.kind === "unavailable")) {
    return noBackend("No backend can serve this at the moment. Send the request again shortly.", {
      retryAfterSeconds: noBackendRetryAfterSeconds,
    });
  }
  if (error instanceof UselessAnswer) return answerInvalid(error.detail, { cause: error });
  if (!(error instanceof BackendFailure)) return error;
  if (error.kind === "busy") {
    return overloaded("The backends are busy. Send the request again after the time in Retry-After.", {
      retryAfterSeconds: Math.max(1, (error.retryAfterMs ?? 1000) / 1000),
      cause: error,
    });
  }
  if (error.kind === "refused_request") return onRefusal(error);
  return backendFailed("Every attempt at a backend failed. Send the request again.", { cause: error });
}
