import type { Instruments, Log } from "../telemetry/index.ts";
import { backendStates } from "./availability.ts";
import type { BackendState, StateChange } from "./availability.ts";
import type { FailureKind } from "./failure.ts";
import type { OutageReason } from "./handshake.ts";

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
};

/** Metrics and log lines of one backend. */
export function createReporter(id: string, { instruments, log }: { instruments: Instruments; log: Log }) {
  let hasWarnedOfTokens = false;

  function showState(current: BackendState): void {
    for (const state of backendStates) instruments.backendState.set({ backend: id, state }, state === current ? 1 : 0);
  }

  showState("starting");
  instruments.backendInFlight.set({ backend: id }, 0);

  return {
    inFlight: (count: number) => instruments.backendInFlight.set({ backend: id }, count),
    chat(outcome: "ok" | FailureKind, durationMs: number): void {
      instruments.backendRequests.inc({ backend: id, outcome });
      instruments.backendRequestDuration.observe({ backend: id }, durationMs / 1000);
    },
    resent: () => instruments.retries.inc({ reason: "dead_socket" }),
    handshake: (outcome: "passed" | OutageReason) => instruments.backendProbes.inc({ backend: id, outcome }),
    stateChange({ from, to, reason }: StateChange): void {
      if (from !== to) instruments.backendStateChanges.inc({ backend: id, state: to });
      showState(to);
      if (reason === null) log.info({ backend: id, from, state: to }, "backend is ready: it obeys the grammar");
      else
        log.warn(
          { backend: id, from, state: to, reason },
          `${sentences[reason]}; it gets no live requests until its handshake passes`,
        );
    },
    tokenMismatch({ expected, counted }: { expected: number; counted: number }): void {
      instruments.backendTokenMismatch.inc({ backend: id });
      if (hasWarnedOfTokens) return;
      hasWarnedOfTokens = true;
      log.warn(
        { backend: id, expected, counted },
        "backend counts other prompt tokens than the gateway: check its family and its own image settings",
      );
    },
  };
}
