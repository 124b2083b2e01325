import { readSeries, readTotal } from "../../bench/processes/metrics.ts";

/** What the gateway says of the calls to one of its backends so far. */
export interface BackendCalls {
  asked: number;
  /** Of those: the connection or the status was not as it must be. */
  failed: number;
  /** Answers that had to be repaired, or were of no use. */
  flawed: number;
  /** In rotation now. */
  isReady: boolean;
}

/** Reads a backend's figures from /metrics; null where that cannot be had. */
export async function readBackendCalls(url: string, key: string | null, backend: string): Promise<BackendCalls | null> {
  const text = await fetch(`${url}/metrics`, {
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(5000),
  }).then(
    (response) => (response.ok ? response.text() : null),
    () => null,
  );
  if (text === null) return null;
  const callsWith = (labels: Record<string, string>): number =>
    readTotal(text, "garment_gateway_backend_requests_total", { backend, ...labels });
  const answersWith = (labels: Record<string, string>): number =>
    readTotal(text, "garment_gateway_answers_total", { backend, ...labels });
  return {
    asked: callsWith({}),
    failed: callsWith({}) - callsWith({ outcome: "ok" }),
    flawed: answersWith({}) - answersWith({ outcome: "valid" }),
    isReady: readSeries(text, "garment_gateway_backend_state", { state: "ready" }).get(backend) === 1,
  };
}
