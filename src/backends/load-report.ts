import type { HttpResponse } from "../net/index.ts";
import { isRecord, parseJson } from "./json.ts";

/** Asks a vLLM server to tell its load with the answer to a chat call (ORCA; whole answers only). */
export const loadReportRequest = { "endpoint-load-metrics-format": "JSON" } as const;

const longestReport = 4096;
const prefix = "JSON ";

/**
 * Requests that waited inside the server when it answered, out of the header that `loadReportRequest` asks for; null
 * where it told nothing that can be read. A missing figure is not a zero.
 */
export function readLoadReport(headers: HttpResponse["headers"]): number | null {
  const report = headers["endpoint-load-metrics"];
  if (typeof report !== "string" || report.length > longestReport || !report.startsWith(prefix)) return null;
  const parsed = parseJson(report.slice(prefix.length));
  const metrics = isRecord(parsed) ? parsed["named_metrics"] : undefined;
  const waiting = isRecord(metrics) ? metrics["num_requests_waiting"] : undefined;
  return typeof waiting === "number" && Number.isFinite(waiting) && waiting >= 0 ? waiting : null;
}

/** One call in so many asks, and one whenever none has for this time: a server pays for each report. */
const askEvery = 16;
const askAfterMs = 200;

/** Chooses the calls that ask for a report. */
export function createReportSampling(): (now: number) => boolean {
  let since = askEvery;
  let askedAt = -Infinity;
  return (now) => {
    since += 1;
    if (since < askEvery && now - askedAt < askAfterMs) return false;
    since = 0;
    askedAt = now;
    return true;
  };
}
