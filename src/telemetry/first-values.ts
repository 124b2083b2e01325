import type { Instruments } from "./instruments.ts";

/**
 * Outcomes that begin at 0. A series that is only there once it has counted something hides its first event from `rate` and
 * `increase`, and so from every alert. An outcome that is missing here still counts; it only begins late.
 */
const firstOutcomes = {
  admission: ["admitted", "queued", "shed_queue_full", "shed_bytes", "shed_deadline", "abandoned"],
  cacheRequests: ["hit", "coalesced", "miss", "store_skipped", "bypass"],
  configReloads: ["applied", "refused"],
  evaluationAnswers: ["scored", "rescored", "repeated_sample", "unlabelled", "unscorable"],
  predictions: ["stored", "lost", "refused", "images_lost"],
  shadowMirrors: ["answered", "failed", "spooled", "preempted", "dropped"],
} as const satisfies Partial<Record<keyof Instruments, readonly string[]>>;

const firstRetries = ["connection", "timeout", "server_error", "busy", "invalid_answer", "reask", "budget_empty"];

const storageReasons = ["locked", "disk_full", "unreachable", "timeout", "closed", "io", "query"];

const answerOutcomes = ["valid", "repaired", "truncated", "invalid"];
const callOutcomes = ["ok", "connection", "timeout", "server_error", "busy", "bad_reply", "refused_request", "aborted"];

const handshakeOutcomes = [
  "passed",
  "guidance_lost",
  "wrong_model",
  "unauthorized",
  "refused",
  "timeout",
  "server_error",
];

/** Lets the counters of the gateway as a whole begin at 0. */
export function beginAtZero(instruments: Instruments): void {
  for (const name of Object.keys(firstOutcomes) as (keyof typeof firstOutcomes)[]) {
    for (const outcome of firstOutcomes[name]) instruments[name].inc({ outcome }, 0);
  }
  for (const reason of firstRetries) instruments.retries.inc({ reason }, 0);
  for (const reason of storageReasons) instruments.storageErrors.inc({ reason }, 0);
  // Not a 0 that would say that somebody changed it.
  instruments.auditValid.set(Number.NaN);
  for (const stage of ["uploaded", "sent"]) instruments.imageBytes.zero({ stage });
  for (const component of ["total", "image", "queue", "other"]) instruments.overhead.zero({ component });
  for (const priority of ["interactive", "bulk"]) instruments.answerDuration.zero({ priority });
}

/** Lets a backend's counters begin at 0. */
export function beginBackendAtZero(instruments: Instruments, backend: string): void {
  for (const outcome of callOutcomes) instruments.backendRequests.inc({ backend, outcome }, 0);
  for (const outcome of answerOutcomes) instruments.answers.inc({ backend, outcome }, 0);
  for (const outcome of handshakeOutcomes) instruments.backendProbes.inc({ backend, outcome }, 0);
  for (const state of ["ready", "down", "quarantined"]) instruments.backendStateChanges.inc({ backend, state }, 0);
  instruments.backendTokenMismatch.inc({ backend }, 0);
  instruments.backendMetricsMissing.inc({ backend, metric: "page" }, 0);
  instruments.backendRequestDuration.zero({ backend });
}
