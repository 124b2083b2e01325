import { NetError } from "../net/index.ts";
import type { HttpResponse } from "../net/index.ts";
import { readRefusal } from "./refusal.ts";
import type { RefusalReason } from "./refusal.ts";

/**
 * How a call to a backend failed.
 *
 * - `refused_request`: it understood and said no (400, 404, 422, 501 …): the same request fails everywhere, never retry
 * - `unauthorized`: our key is missing or wrong (401, 403)
 * - `busy`: alive and full (429, 503): back-pressure, no fault
 * - `server_error`: any other 5xx
 * - `connection`: no connection, or it broke
 * - `timeout`: no answer in the time given
 * - `bad_reply`: a 200 that is no chat answer, or no HTTP at all
 * - `aborted`: the caller ended it
 * - `unavailable`: not in rotation, nothing was sent
 */
export type FailureKind =
  | "refused_request"
  | "unauthorized"
  | "busy"
  | "server_error"
  | "connection"
  | "timeout"
  | "bad_reply"
  | "aborted"
  | "unavailable";

export interface FailureFacts {
  /** HTTP status, where there was an answer. */
  status?: number;
  /** Why it refused, in our words. */
  refusal?: RefusalReason;
  /** The backend's own name of the error, such as `BadRequestError`; letters only. */
  errorType?: string;
  /** How long the backend asked us to wait. */
  retryAfterMs?: number;
  /** Which connection failure it was. */
  connection?: "refused" | "reset";
  /** How often the request went out: 0 while it waited for a socket, 2 after a dead keep-alive socket. */
  sends?: number;
  cause?: unknown;
}

/**
 * A failed call to a backend. Its message and fields hold nothing that the backend wrote as text: vLLM repeats parts of
 * a refused request, prompts and images included.
 */
export class BackendFailure extends Error {
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly refusal: RefusalReason | undefined;
  readonly errorType: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly connection: "refused" | "reset" | undefined;
  readonly sends: number;

  constructor(kind: FailureKind, facts: FailureFacts = {}) {
    super(describe(kind, facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "BackendFailure";
    this.kind = kind;
    this.status = facts.status;
    this.refusal = facts.refusal;
    this.errorType = facts.errorType;
    this.retryAfterMs = facts.retryAfterMs;
    this.connection = facts.connection;
    this.sends = facts.sends ?? 1;
  }

  /** Whether the same request may succeed elsewhere or later. */
  get retryable(): boolean {
    return this.kind !== "refused_request" && this.kind !== "aborted";
  }

  /** Whether it says something about the build, where others answer the same request: not for being busy, away or interrupted. */
  get isOwnFault(): boolean {
    return ownFaults.has(this.kind);
  }
}

const ownFaults: ReadonlySet<FailureKind> = new Set([
  "refused_request",
  "server_error",
  "connection",
  "timeout",
  "bad_reply",
]);

function describe(kind: FailureKind, facts: FailureFacts): string {
  const details = [facts.status, facts.errorType, facts.refusal, facts.connection].filter((fact) => fact !== undefined);
  const sentence = kind.replaceAll("_", " ");
  return details.length === 0 ? sentence : `${sentence} (${details.join(", ")})`;
}

/** The failure behind an exception of `net`. Anything else is a defect of ours and is thrown on. */
export function failureOfExchange(error: unknown): BackendFailure {
  if (!(error instanceof NetError)) throw error;
  const sends = sendsOf(error.progress);
  switch (error.kind) {
    case "refused":
    case "reset":
      return new BackendFailure("connection", { connection: error.kind, sends, cause: error });
    case "timeout":
    case "aborted":
      return new BackendFailure(error.kind, { sends, cause: error });
    case "too_large":
    case "protocol":
      return new BackendFailure("bad_reply", { sends, cause: error });
  }
}

function sendsOf(progress: { isSent: boolean; isResent: boolean }): number {
  return (progress.isSent ? 1 : 0) + (progress.isResent ? 1 : 0);
}

/** The failure that an answer other than 200 stands for. `wallMs` dates a Retry-After that is a date. */
export function failureOfResponse(response: HttpResponse, wallMs: number): BackendFailure {
  const { status } = response;
  const facts: FailureFacts = { status, sends: response.isResent ? 2 : 1 };
  if (status === 401 || status === 403) return new BackendFailure("unauthorized", facts);
  if (status === 429 || status === 503) {
    const retryAfterMs = readRetryAfter(response.headers["retry-after"], wallMs);
    return new BackendFailure("busy", retryAfterMs === undefined ? facts : { ...facts, retryAfterMs });
  }
  // Of the statuses below 400 only 200 is a chat answer; a redirect comes from something that is no vLLM.
  if (status < 400) return new BackendFailure("bad_reply", facts);
  if (status >= 500 && status !== 501) return new BackendFailure("server_error", facts);
  return new BackendFailure("refused_request", { ...facts, ...readRefusal(status, response.body) });
}

/** A backend that asks for more than a minute is asked again after a minute. */
const longestRetryAfterMs = 60_000;

function readRetryAfter(header: string | string[] | undefined, wallMs: number): number | undefined {
  if (typeof header !== "string") return undefined;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - wallMs;
  return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), longestRetryAfterMs) : undefined;
}
