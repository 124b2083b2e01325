import { beginBackendAtZero } from "../telemetry/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import { circuitStates } from "./circuit.ts";
import type { CircuitState } from "./circuit.ts";
import type { FailureKind } from "./failure.ts";
import type { OutageReason } from "./handshake.ts";
import type { LoadMetric } from "./metrics-page.ts";
import { backendStates } from "./states.ts";
import type { BackendState } from "./states.ts";

/** What a person reads who wonders why a backend gets no requests. */
const sentences: Readonly<Record<OutageReason, string>> = {
  refused: "backend cannot be reached",
  reset: "backend breaks its connections",
  timeout: "backend does not answer in time",
  server_error: "backend answers with errors",
  bad_reply: "backend's answers are no chat answers",
  busy: "backend is too busy to prove that guided decoding is on",
  unauthorized: "backend refuses the API key",
  wrong_model: "backend does not serve the configured model",
  probe_refused: "backend refuses the grammar probe",
  guidance_lost: "backend answers outside the schema that it was given: guided decoding is off",
  bad_answers: "most of backend's answers are cut off or invalid",
};

interface Shown {
  state: BackendState;
  reason: OutageReason | null;
}

/** Metrics and log lines of one backend. */
export function createReporter(id: string, { instruments, log }: { instruments: Instruments; log: Log }) {
  const backend = { backend: id };
  const missing = new Set<LoadMetric | "page">();
  let hasWarnedOfTokens = false;
  let shown: Shown = { state: "starting", reason: null };

  function setState(current: BackendState): void {
    for (const state of backendStates) instruments.backendState.set({ ...backend, state }, state === current ? 1 : 0);
  }

  function setCircuit(current: CircuitState): void {
    for (const state of circuitStates) {
      instruments.backendCircuitState.set({ ...backend, state }, state === current ? 1 : 0);
    }
  }

  beginBackendAtZero(instruments, id);
  setState("starting");
  setCircuit("open");
  instruments.backendInFlight.set(backend, 0);

  return {
    inFlight: (count: number) => instruments.backendInFlight.set(backend, count),
    limit: (limit: number) => instruments.backendConcurrencyLimit.set(backend, limit),
    scrapeAge: (ageMs: number) => instruments.backendScrapeAge.set(backend, ageMs / 1000),
    circuit: setCircuit,
    chat(outcome: "ok" | FailureKind, durationMs: number): void {
      instruments.backendRequests.inc({ ...backend, outcome });
      instruments.backendRequestDuration.observe(backend, durationMs / 1000);
    },
    resent: () => instruments.retries.inc({ reason: "dead_socket" }),
    handshake: (outcome: "passed" | OutageReason) => instruments.backendProbes.inc({ ...backend, outcome }),
    /** Logs and counts a state once, when it is entered. */
    state(next: Shown): void {
      const { state: from } = shown;
      const { state, reason } = next;
      if (state === from && reason === shown.reason) return;
      shown = next;
      if (state !== from) instruments.backendStateChanges.inc({ ...backend, state });
      setState(state);
      const fields = { ...backend, from, state };
      if (reason !== null) {
        log.warn({ ...fields, reason }, `${sentences[reason]}; it gets no live requests until its handshake passes`);
      } else if (state === "ready") {
        log.info(fields, "backend is ready: it obeys the grammar");
      } else {
        log.info(fields, `backend is ${state}`);
      }
    },
    /** Warns of each figure of /metrics once, until it is there again. */
    metrics(absent: readonly (LoadMetric | "page")[]): void {
      for (const metric of absent) {
        if (missing.has(metric)) continue;
        instruments.backendMetricsMissing.inc({ ...backend, metric });
        log.warn(
          { ...backend, metric },
          "backend's /metrics lacks this figure, or the whole page cannot be had: it counts as unknown, not as 0",
        );
      }
      missing.clear();
      for (const metric of absent) missing.add(metric);
    },
    tokenMismatch({ expected, counted }: { expected: number; counted: number }): void {
      instruments.backendTokenMismatch.inc(backend);
      if (hasWarnedOfTokens) return;
      hasWarnedOfTokens = true;
      log.warn(
        { ...backend, expected, counted },
        "backend counts other prompt tokens than the gateway: check its family and its own image settings",
      );
    },
    /** Takes the gauges of a backend that is no more off the page. */
    forget(): void {
      for (const state of backendStates) instruments.backendState.remove({ ...backend, state });
      for (const state of circuitStates) instruments.backendCircuitState.remove({ ...backend, state });
      const { backendInFlight, backendConcurrencyLimit, backendScrapeAge } = instruments;
      for (const gauge of [backendInFlight, backendConcurrencyLimit, backendScrapeAge]) gauge.remove(backend);
    },
  };
}
