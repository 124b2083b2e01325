import { readTotal } from "../../bench/processes/metrics.ts";

/** A gateway's own figures at one moment. */
export interface Scrape {
  /** Milliseconds of the clock that samples have, too. */
  at: number;
  /** HTTP requests it has not answered yet, this one apart. */
  requestsInFlight: number;
  /** Calls that its backends work on for callers. */
  backendInFlight: number;
  residentBytes: number;
  heapBytes: number;
  /** CPU time that its process has used so far. */
  cpuSeconds: number;
  /** Requests to POST /v1/attributes that it has ended so far, by status. */
  ended: Record<string, number>;
}

const patienceMs = 5000;

/** Reads /metrics; null where that cannot be had. */
export async function scrape(url: string, key: string | null): Promise<Scrape | null> {
  const text = await fetch(`${url}/metrics`, {
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(patienceMs),
  }).then(
    (response) => (response.ok ? response.text() : null),
    () => null,
  );
  if (text === null || !text.includes("garment_gateway_requests_in_flight")) return null;
  return {
    at: performance.now(),
    requestsInFlight: Math.max(0, readTotal(text, "garment_gateway_requests_in_flight") - 1),
    backendInFlight: readTotal(text, "garment_gateway_backend_in_flight"),
    residentBytes: readTotal(text, "process_resident_memory_bytes"),
    heapBytes: readTotal(text, "nodejs_heap_size_used_bytes"),
    cpuSeconds: readTotal(text, "process_cpu_seconds_total"),
    ended: readEnded(text),
  };
}

function readEnded(text: string): Record<string, number> {
  const ended: Record<string, number> = {};
  const line =
    /^garment_gateway_http_request_duration_seconds_count\{(?=[^}]*route="\/v1\/attributes")[^}]*status="(\d+)"[^}]*\} (\S+)$/gm;
  for (const [, status, value] of text.matchAll(line)) ended[status as string] = Number(value);
  return ended;
}
