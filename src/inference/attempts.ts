import { BackendFailure } from "../backends/index.ts";
import type { Backend } from "../backends/index.ts";
import type { TimeLeft } from "../cache/index.ts";
import type { GatewayError } from "../kernel/index.ts";
import type { Instruments } from "../telemetry/index.ts";
import { answerInvalid, backendFailed, noBackend, overloaded } from "./errors.ts";

export interface AttemptsContext {
  /** Usable backends, best first; asked again before each attempt, because the fleet moves. */
  rank: () => readonly Backend[];
  deadline: TimeLeft;
  instruments: Instruments;
  maxAttempts: number;
}

interface AttemptsOptions {
  /** Asked first where it is usable. */
  prefer?: Backend;
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

/**
 * Makes attempts until one succeeds: at another backend after each failure that may pass, at the same one when it is
 * alone, all within one deadline.
 * @throws GatewayError backend_failed, overloaded, no_backend, answer_invalid, the refusal's error, or the deadline's reason
 */
export async function tryBackends<T>(
  attempt: (backend: Backend) => Promise<T>,
  context: AttemptsContext,
  { prefer, onRefusal }: AttemptsOptions,
): Promise<T> {
  const tries = new Map<Backend, number>();
  let last: UselessAnswer | BackendFailure | null = null;
  for (let n = 0; n < context.maxAttempts; n += 1) {
    context.deadline.signal.throwIfAborted();
    const backend = pick(context.rank(), tries, prefer);
    if (backend === undefined) break;
    tries.set(backend, (tries.get(backend) ?? 0) + 1);
    if (last !== null) context.instruments.retries.labels({ reason: reasonOf(last) }).inc();
    try {
      return await attempt(backend);
    } catch (error) {
      if (context.deadline.signal.aborted) throw context.deadline.signal.reason;
      if (!isWorthAnotherTry(error)) throw toPublicError(error, onRefusal);
      last = error;
    }
  }
  throw toPublicError(last, onRefusal);
}

function pick(ranked: readonly Backend[], tries: ReadonlyMap<Backend, number>, prefer?: Backend): Backend | undefined {
  const fresh = ranked.filter((backend) => !tries.has(backend));
  if (prefer !== undefined && fresh.includes(prefer)) return prefer;
  return fresh[0] ?? ranked.find((backend) => (tries.get(backend) ?? 0) < maxAttemptsPerBackend);
}

function isWorthAnotherTry(error: unknown): error is UselessAnswer | BackendFailure {
  return error instanceof UselessAnswer || (error instanceof BackendFailure && error.retryable);
}

function reasonOf(error: UselessAnswer | BackendFailure): string {
  return error instanceof UselessAnswer ? error.reason : error.kind;
}

/** What the caller learns: never which backend, nor what it said. */
function toPublicError(error: unknown, onRefusal: AttemptsOptions["onRefusal"]): unknown {
  if (error === null) {
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
