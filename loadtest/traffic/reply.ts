import type { IncomingMessage } from "node:http";
import type { Upload } from "./request.ts";

/**
 * - `answered`: nine attributes, and they are this request's own
 * - `refused`: the error code that this wrong upload must get
 * - `shed`: told to come back later (429, or 503 `overloaded`)
 * - `expired`: let in, and not ready by its deadline
 * - `failed`: anything else, a broken connection and another request's answer included
 * - `unsent`: the load generator had no room for it
 */
export const outcomes = ["answered", "refused", "shed", "expired", "failed", "unsent"] as const;
export type Outcome = (typeof outcomes)[number];

export interface Reply {
  /** 0: none came. */
  status: number;
  outcome: Outcome;
  /** The problem's code, the connection's error, or what is wrong with the answer; empty where it was answered. */
  code: string;
  id: string | null;
  backend: string | null;
  cache: string | null;
  /** Nothing of the model's text had to be repaired. */
  isClean: boolean;
  retryAfterSeconds: number | null;
}

interface Body {
  id?: string;
  sample_id?: string;
  code?: string;
  backend?: string;
  cache?: string;
  repaired?: boolean;
  attributes?: Record<string, unknown>;
  images?: { sha256: string }[];
}

/** Judges an answer against the request it must belong to. */
export function judgeReply(
  upload: Upload,
  requestId: string,
  { statusCode = 0, headers }: Pick<IncomingMessage, "statusCode" | "headers">,
  text: string,
): Reply {
  const body = parse(text);
  const code = statusCode === 200 ? "" : (body?.code ?? `http_${statusCode}`);
  const wrong = body === null ? "no_json" : findForeign(upload, requestId, headers, body, statusCode);
  const retryAfter = headers["retry-after"];
  return {
    status: statusCode,
    outcome: wrong === null ? outcomeOf(code, upload.expects) : "failed",
    code: wrong ?? (code === "" && upload.expects !== null ? "not_refused" : code),
    id: statusCode === 200 ? (body?.id ?? null) : null,
    backend: body?.backend ?? null,
    cache: body?.cache ?? null,
    isClean: body?.repaired === false,
    retryAfterSeconds: retryAfter === undefined ? null : Number(retryAfter),
  };
}

/** What shows that an answer is another request's, or no answer at all; null: it is this one's. */
function findForeign(
  { sampleId, imageHashes, expects, headers: sent }: Upload,
  requestId: string,
  headers: IncomingMessage["headers"],
  body: Body,
  status: number,
): string | null {
  // A replayed reply tells of the request that ran; every other one names its own.
  const isReplayed = sent["idempotency-key"] !== undefined && headers["idempotency-replayed"] === "true";
  if (!isReplayed && headers["x-request-id"] !== requestId) return "foreign_request_id";
  if (status !== 200 || expects !== null) return null;
  if (Object.keys(body.attributes ?? {}).length !== 9) return "not_nine_attributes";
  if (body.sample_id !== sampleId) return "foreign_sample_id";
  const hashes = (body.images ?? []).map(({ sha256 }) => sha256);
  return hashes.join() === imageHashes.join() ? null : "foreign_images";
}

function outcomeOf(code: string, expects: string | null): Outcome {
  if (code === "overloaded" || code === "rate_limited") return "shed";
  if (expects !== null) return code === expects ? "refused" : "failed";
  if (code === "") return "answered";
  return code === "deadline_exceeded" ? "expired" : "failed";
}

function parse(text: string): Body | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
