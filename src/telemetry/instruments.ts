import type { Counter, Gauge, Histogram } from "prom-client";
import { createMeter } from "./meter.ts";
import type { Meter } from "./meter.ts";

/** 1 ms to 2 minutes: from a cache hit to the longest deadline. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const byteBuckets = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 26624].map((kib) => kib * 1024);
const tokenBuckets = [64, 128, 192, 256, 300, 384, 512, 576, 768, 1024, 2048, 4096, 16384];
const confidenceBuckets = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1];

/** Every instrument of the gateway, by name. Label sets are closed: route templates, configured ids, else `other`. */
export interface Instruments {
  readonly meter: Meter;
  readonly httpRequestDuration: Histogram<"route" | "method" | "status">;
  readonly requestsInFlight: Gauge;
  readonly overhead: Histogram<"component">;
  readonly imagePrepare: Histogram<"format">;
  readonly imageBytes: Histogram<"stage">;
  readonly imageVisionTokens: Histogram;
  readonly backendRequestDuration: Histogram<"backend">;
  readonly backendRequests: Counter<"backend" | "outcome">;
  readonly answerDuration: Histogram<"priority">;
  readonly backendInFlight: Gauge<"backend">;
  readonly backendState: Gauge<"backend" | "state">;
  readonly backendStateChanges: Counter<"backend" | "state">;
  readonly backendProbes: Counter<"backend" | "outcome">;
  readonly backendConcurrencyLimit: Gauge<"backend">;
  readonly backendCircuitState: Gauge<"backend" | "state">;
  readonly backendScrapeAge: Gauge<"backend">;
  readonly backendMetricsMissing: Counter<"backend" | "metric">;
  readonly backendTokenMismatch: Counter<"backend">;
  readonly retries: Counter<"reason">;
  readonly answers: Counter<"backend" | "outcome">;
  readonly fieldNull: Counter<"backend" | "field">;
  readonly confidence: Histogram<"field">;
  readonly configReloads: Counter<"outcome">;
  readonly admission: Counter<"outcome">;
  readonly admissionWaiting: Gauge<"priority">;
  readonly fleetWaiting: Gauge;
  readonly brownOutFactor: Gauge;
  readonly cacheRequests: Counter<"outcome">;
  readonly semanticsRequests: Counter<"provider" | "outcome">;
  readonly evaluationLabels: Counter<"outcome">;
  readonly evaluationAnswers: Counter<"outcome">;
  readonly shadowFieldScore: Gauge<"arm" | "field">;
  readonly shadowWeightedScore: Gauge<"arm">;
  readonly shadowJsonRate: Gauge<"arm">;
  readonly shadowVerdict: Gauge<"baseline" | "candidate" | "verdict">;
  readonly shadowDifference: Gauge<"measure" | "bound">;
  readonly shadowPairs: Gauge;
  readonly shadowReplayDifference: Gauge<"arm" | "bound">;
  readonly shadowReplayWorse: Gauge<"arm">;
  readonly shadowDriftAlarms: Gauge;
  readonly auditValid: Gauge;
  readonly storageAvailable: Gauge;
  readonly storageErrors: Counter<"reason">;
  readonly predictions: Counter<"outcome">;
  readonly predictionsWaiting: Gauge;
  readonly storedImageBytes: Gauge;
  readonly shadowMirrors: Counter<"outcome">;
  readonly shadowQueueDepth: Gauge;
  readonly shadowInFlight: Gauge<"backend">;
  readonly shadowPaused: Gauge<"backend" | "reason">;
}

/** Creates all instruments on a registry of their own. */
export function createInstruments(): Instruments {
  const meter = createMeter("garment_gateway_");
  return {
    meter,
    httpRequestDuration: meter.histogram(
      "http_request_duration_seconds",
      "Time from a request's headers to the end of its answer.",
      durationBuckets,
      ["route", "method", "status"],
    ),
    answerDuration: meter.histogram(
      "answer_duration_seconds",
      "Time from a request's headers to its attributes, by priority; only requests that were answered: what the latency objective counts.",
      durationBuckets,
      ["priority"],
    ),
    requestsInFlight: meter.gauge("requests_in_flight", "HTTP requests that have begun and are not yet answered."),
    overhead: meter.histogram(
      "overhead_seconds",
      "The gateway's own share of a request: `total` is the whole request minus the time spent waiting for backends; `image`, `queue` and `other` are its parts.",
      durationBuckets,
      ["component"],
    ),
    imagePrepare: meter.histogram(
      "image_prepare_seconds",
      "Time to decode, resize and encode one image, by the format of the upload.",
      durationBuckets,
      ["format"],
    ),
    imageBytes: meter.histogram(
      "image_bytes",
      "Size of one image, as uploaded and as sent to the backend.",
      byteBuckets,
      ["stage"],
    ),
    imageVisionTokens: meter.histogram("image_vision_tokens", "Vision tokens of one image as sent.", tokenBuckets),
    backendRequestDuration: meter.histogram(
      "backend_request_duration_seconds",
      "Time of one chat call to a backend, successful or not.",
      durationBuckets,
      ["backend"],
    ),
    backendRequests: meter.counter("backend_requests_total", "Chat calls to a backend by how they ended.", [
      "backend",
      "outcome",
    ]),
    backendInFlight: meter.gauge("backend_in_flight", "Live chat calls a backend is working on.", ["backend"]),
    backendState: meter.gauge("backend_state", "1 for the state a backend is in, 0 for the others.", [
      "backend",
      "state",
    ]),
    backendStateChanges: meter.counter("backend_state_changes_total", "Changes of a backend into a state.", [
      "backend",
      "state",
    ]),
    backendProbes: meter.counter("backend_probes_total", "Handshakes (model, version, grammar probe) by outcome.", [
      "backend",
      "outcome",
    ]),
    backendConcurrencyLimit: meter.gauge(
      "backend_concurrency_limit",
      "Live calls a backend may be given at once now; it adapts between 2 and max_concurrency.",
      ["backend"],
    ),
    backendCircuitState: meter.gauge(
      "backend_circuit_state",
      "1 for the state of a backend's circuit: closed (in rotation), open, or half_open (a handshake decides).",
      ["backend", "state"],
    ),
    backendScrapeAge: meter.gauge(
      "backend_scrape_age_seconds",
      "Age of the figures last read from a backend's /metrics; only backends without traffic are asked for them.",
      ["backend"],
    ),
    backendMetricsMissing: meter.counter(
      "backend_metrics_missing_total",
      "Times that a figure (or the whole page) was found missing from a backend's /metrics.",
      ["backend", "metric"],
    ),
    backendTokenMismatch: meter.counter(
      "backend_token_arithmetic_mismatch_total",
      "Answers whose usage.prompt_tokens differs from the gateway's own arithmetic.",
      ["backend"],
    ),
    retries: meter.counter("retries_total", "Chat calls sent again, by the reason.", ["reason"]),
    answers: meter.counter(
      "answers_total",
      "Backend answers by how they read: valid, repaired, truncated or invalid.",
      ["backend", "outcome"],
    ),
    fieldNull: meter.counter("field_null_total", "Answers in which a field is null.", ["backend", "field"]),
    confidence: meter.histogram(
      "confidence",
      "Raw or calibrated confidence of a field in answers that carry one.",
      confidenceBuckets,
      ["field"],
    ),
    configReloads: meter.counter(
      "config_reloads_total",
      "Reloads of the configuration by outcome: applied or refused.",
      ["outcome"],
    ),
    admission: meter.counter(
      "admission_total",
      "Requests by what admission did with them: admitted at once, queued first, shed for one of three reasons, or abandoned.",
      ["outcome"],
    ),
    admissionWaiting: meter.gauge("admission_waiting", "Requests that wait at the door for a place, by priority.", [
      "priority",
    ]),
    fleetWaiting: meter.gauge("fleet_waiting", "Calls that wait for a place at a backend."),
    brownOutFactor: meter.gauge(
      "brown_out_factor",
      "Share of their vision token budget that new requests keep: 1, or less under pressure.",
    ),
    semanticsRequests: meter.counter(
      "semantics_requests_total",
      "Texts (sbert) and pairs of sentences (nli) that a score asked about: answered, cached, failed, refused, timeout, resting (the server failed just now) or overloaded.",
      ["provider", "outcome"],
    ),
    cacheRequests: meter.counter(
      "cache_requests_total",
      "Requests by what the answer cache did: hit, coalesced (joined identical work under way), miss, store_skipped (a miss whose answer was not fit to be stored) or bypass (the caller wanted no stored answer).",
      ["outcome"],
    ),
    evaluationLabels: meter.counter(
      "evaluation_labels_total",
      "New labels by what their key named when they were looked at: joined (a garment), or unjoined (none yet: they join it when it comes).",
      ["outcome"],
    ),
    evaluationAnswers: meter.counter(
      "evaluation_answers_total",
      "Answers held against labels: scored, rescored (a label was revised, or the scorer changed), repeated_sample (the arm has answered other photos of the sample before) or unlabelled; and contents that are unscorable (judging them failed).",
      ["outcome"],
    ),
    shadowFieldScore: meter.gauge(
      "shadow_field_score",
      "Share of labelled garments in which a field is right, over the pairs of the running comparison.",
      ["arm", "field"],
    ),
    shadowWeightedScore: meter.gauge(
      "shadow_weighted_score",
      "Mean weighted score over the pairs of the running comparison, 0 to 1.",
      ["arm"],
    ),
    shadowJsonRate: meter.gauge(
      "shadow_json_rate",
      "Share of first replies that were a clean parse, over the pairs of the running comparison.",
      ["arm"],
    ),
    shadowVerdict: meter.gauge("shadow_verdict", "1 for the verdict of the running comparison, 0 for the others.", [
      "baseline",
      "candidate",
      "verdict",
    ]),
    shadowReplayDifference: meter.gauge(
      "shadow_replay_difference",
      "Weighted score of an arm's replayed answers minus that of its own first ones: the estimate, and the bounds that hold at any time.",
      ["arm", "bound"],
    ),
    shadowReplayWorse: meter.gauge(
      "shadow_replay_worse",
      "1 where replays prove that an arm answers worse than it did, by more than the margin of the weighted score.",
      ["arm"],
    ),
    shadowDifference: meter.gauge(
      "shadow_difference",
      "Candidate minus baseline over the pairs of the running comparison: the estimate, and the bounds that hold at any time. `measure` is weighted, json_rate or a field.",
      ["measure", "bound"],
    ),
    shadowPairs: meter.gauge("shadow_pairs", "Labelled garments that both arms of the running comparison answered."),
    shadowDriftAlarms: meter.gauge(
      "shadow_drift_alarms",
      "Fields in which answers of the compared arms drift from those that they began with.",
    ),
    auditValid: meter.gauge(
      "audit_valid",
      "1 where every entry of the record of decisions fits the one before it, checked at the start and every hour; 0 where one was changed.",
    ),
    storageAvailable: meter.gauge("storage_available", "1 while the store can be reached, else 0."),
    storageErrors: meter.counter(
      "storage_errors_total",
      "Queries that failed: locked, disk_full, unreachable, timeout, closed, io, or query where the query itself was wrong.",
      ["reason"],
    ),
    predictions: meter.counter(
      "predictions_total",
      "Predictions by what the store did with them: stored, lost (the store was too slow or gone), refused (it will never take them), images_lost (stored without their images).",
      ["outcome"],
    ),
    predictionsWaiting: meter.gauge(
      "predictions_waiting",
      "Predictions and mirrored answers that are not yet committed.",
    ),
    storedImageBytes: meter.gauge(
      "stored_image_bytes",
      "Bytes of prepared images in the store when it was last pruned.",
    ),
    shadowMirrors: meter.counter(
      "shadow_mirrors_total",
      "Mirrored calls by what became of them: answered, failed (counts against the build), spooled (to be made later), preempted (given up for live traffic, and made again), dropped (no room and no stored images).",
      ["outcome"],
    ),
    shadowQueueDepth: meter.gauge("shadow_queue_depth", "Mirrored calls that wait in memory."),
    shadowInFlight: meter.gauge("shadow_in_flight", "Mirrored calls a backend is working on; they are no live calls.", [
      "backend",
    ]),
    shadowPaused: meter.gauge(
      "shadow_paused",
      "1 for the reason why a backend gets no mirrored calls now: disabled, not_ready, circuit, busy, cap or live_load.",
      ["backend", "reason"],
    ),
  };
}
