import { isDeepStrictEqual } from "node:util";
import { ConfigError, findRestartOnly } from "../config/index.ts";
import { errorCatalogue } from "../schemas/index.ts";
import type { BackendChange, BackendConfig, Config } from "../schemas/index.ts";
import { openFleet } from "./backends/index.ts";
import type { BackendDescription, Fleet } from "./backends/index.ts";
import { createAnswerCache, createAnswers, createIdempotency } from "./cache/index.ts";
import type { Idempotency } from "./cache/index.ts";
import { openEmbedded } from "./embedded.ts";
import type { Embedded } from "./embedded.ts";
import { openImages } from "./image/index.ts";
import { followFleet } from "./follow-fleet.ts";
import { createChatCompletion, createInference, isStorable } from "./inference/index.ts";
import type { CompleteChat, Infer, Retries, ArmAnswer } from "./inference/index.ts";
import { defineError, systemClock } from "./kernel/index.ts";
import type { Clock, Random } from "./kernel/index.ts";
import { createAccess } from "./access.ts";
import type { Access } from "./access.ts";
import { backoffMs, createAdmission, createBrownOut, createRetryBudget } from "./limits/index.ts";
import type { Admission } from "./limits/index.ts";
import { createImageFetcher } from "./net/index.ts";
import type { FetchImage, Internet } from "./net/index.ts";
import { openShadowEval } from "./shadow-eval.ts";
import type { ShadowEval } from "./shadow-eval.ts";
import { openStorage } from "./storage/index.ts";
import type { Storage } from "./storage/index.ts";
import { beginAtZero, createInstruments, createLogger } from "./telemetry/index.ts";
import type { Instruments, Logger } from "./telemetry/index.ts";

/** The world's edge, replaceable in tests; the machine's own where nothing is given. */
export interface GatewayOverrides {
  clock?: Clock;
  random?: Random;
  log?: Logger;
  /** Where images named by URL are fetched from. */
  internet?: Internet;
}

/** Everything that serves, open and ready to be used by the routes. */
export interface Gateway extends Omit<ShadowEval, "close"> {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly instruments: Instruments;
  readonly fleet: Fleet;
  readonly infer: Infer;
  readonly completeChat: CompleteChat;
  readonly access: Access;
  readonly admission: Admission;
  readonly idempotency: Idempotency;
  readonly storage: Storage;
  readonly fetchImage: FetchImage;
  /** The built-in simulator where `backends: embedded`, else null. */
  readonly embedded: Embedded | null;
  /** Says that no real model is behind this gateway, where that is so; else empty. */
  readonly simulationNotice: string;
  readonly startedAtSeconds: number;
  /**
   * Changes a backend while it runs; it holds until the next restart.
   * @throws GatewayError not_found
   */
  changeBackend(id: string, change: BackendChange): BackendDescription;
  /**
   * Takes over a new configuration without dropping a request, or nothing of it.
   * @throws ConfigError where it changes what only a start can change
   */
  reconfigure(next: Config): Promise<void>;
  /** Says "not ready" from now on, and goes on serving what comes. */
  stopServing(): void;
  /** Why requests cannot be served now, or null. */
  whyNotReady(): string | null;
  close(): Promise<void>;
}

/** Answers take about 1.5 KB each: room for some 40,000, which keeps a burst of large ones from growing without end. */
const maxCacheBytes = 67_108_864;

/** The contract keeps replies for a day. */
const idempotencyTtlMs = 24 * 60 * 60 * 1000;

const unknownBackend = defineError(errorCatalogue.not_found);

/** Opens all parts of a gateway, in the order in which they need each other; the composition root. */
export async function openGateway(config: Config, overrides: GatewayOverrides = {}): Promise<Gateway> {
  let current = config;
  let isStopping = false;
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? Math.random;
  const log = overrides.log ?? createLogger(config.log.level);
  const instruments = createInstruments();
  instruments.meter.addProcessMetrics();
  beginAtZero(instruments);

  // First of all: a store that cannot be opened is the operator's to mend, before anything serves.
  const storage = await openStorage(config.storage.url, {
    log,
    clock,
    onError: (reason) => instruments.storageErrors.labels({ reason }).inc(),
  });

  const embedded = config.backends === "embedded" ? await openEmbedded() : null;
  const backends = (embedded?.backends ?? config.backends) as readonly BackendConfig[];
  const images = openImages({
    maxBytes: config.image.max_bytes,
    maxPixels: config.image.max_pixels,
    quality: config.image.quality,
    observe: {
      uploaded(_format, bytes) {
        instruments.imageBytes.labels({ stage: "uploaded" }).observe(bytes);
      },
      prepared(format, durationMs, sentBytes, visionTokens) {
        instruments.imagePrepare.labels({ format }).observe(durationMs / 1000);
        instruments.imageBytes.labels({ stage: "sent" }).observe(sentBytes);
        instruments.imageVisionTokens.observe(visionTokens);
      },
    },
  });
  const imageFetcher = createImageFetcher(
    {
      isEnabled: config.image.urls.enabled,
      allowHosts: config.image.urls.allow_hosts,
      maxBytes: config.image.max_bytes,
      clock,
    },
    overrides.internet,
  );
  const fleet = openFleet(backends, {
    clock,
    random,
    log,
    instruments,
    onLiveCall: (id) => shadowEval.following.shadow.yieldTo(id),
  });
  const admission = createAdmission({
    maxInFlight: config.admission.max_in_flight,
    maxQueue: config.admission.max_queue,
    maxBytesInFlight: config.admission.max_bytes_in_flight,
    clock,
    onOutcome: (outcome) => instruments.admission.labels({ outcome }).inc(),
  });
  instruments.meter.beforeExpose(() => {
    instruments.storageAvailable.set(Number(storage.isAvailable));
    instruments.fleetWaiting.set(fleet.waiting);
    for (const priority of ["interactive", "bulk"] as const)
      instruments.admissionWaiting.set({ priority }, admission.queued[priority]);
  });
  const stopFollowing = followFleet({
    admission,
    fleet,
    maxInFlight: () => current.admission.max_in_flight,
    clock,
  });
  const brownOut = createBrownOut(config.admission.brown_out);
  const budgetFactor = (): number => {
    const factor = brownOut.update(admission.pressure());
    instruments.brownOutFactor.set(factor);
    return factor;
  };
  // Pressure that is gone ends a brown-out, whether or not a request comes to see it.
  instruments.meter.beforeExpose(() => void budgetFactor());
  const { max_entries: maxEntries, ttl_ms: ttlMs } = config.cache;
  const answers = createAnswers<ArmAnswer>({
    cache: createAnswerCache({ maxEntries, ttlMs, maxBytes: maxCacheBytes, clock }),
    isStorable,
    observe: (outcome) => instruments.cacheRequests.labels({ outcome }).inc(),
  });
  const idempotency = createIdempotency({ maxEntries, ttlMs: idempotencyTtlMs, maxBytes: maxCacheBytes, clock });
  let retryBudget = createRetryBudget({ ratio: config.routing.retry_budget, clock });
  const retries: Retries = {
    recordRequest: () => retryBudget.recordRequest(),
    tryRetry: () => retryBudget.tryRetry(),
    backoffMs: (retry) => backoffMs(retry, random),
  };
  const inferenceParts = { config: () => current, images, fleet, instruments, clock, random, retries, budgetFactor };
  const access = createAccess(config);
  const shadowEval = openShadowEval({
    config: () => current,
    configured: (id) => (embedded?.backends ?? (current.backends as readonly BackendConfig[])).find((b) => b.id === id),
    storage,
    fleet,
    admission,
    clock,
    log,
    instruments,
  });

  async function reconfigure(next: Config): Promise<void> {
    const mistakes = findRestartOnly(current, next);
    if (mistakes.length > 0) throw new ConfigError(mistakes);
    const hasNewAccess = !isDeepStrictEqual(current.auth, next.auth);
    if (next.backends !== "embedded") fleet.reconfigure(next.backends);
    admission.setLimits({
      maxQueue: next.admission.max_queue,
      maxBytesInFlight: next.admission.max_bytes_in_flight,
    });
    if (next.routing.retry_budget !== current.routing.retry_budget) {
      retryBudget = createRetryBudget({ ratio: next.routing.retry_budget, clock });
    }
    log.level = next.log.level;
    // Only what differs: what an operator has set meanwhile, and a promotion, stay.
    const shadowChange = changedMembers(current.shadow, next.shadow);
    current = next;
    if (Object.keys(shadowChange).length > 0) shadowEval.following.shadow.change(shadowChange);
    shadowEval.promotion.reapply();
    // What has been used of a rate limit is kept where the limits stay as they are.
    if (hasNewAccess) await access.reconfigure(next);
  }

  return {
    get config() {
      return current;
    },
    clock,
    log,
    instruments,
    fleet,
    infer: createInference({ ...inferenceParts, answers }),
    completeChat: createChatCompletion(inferenceParts),
    access,
    admission,
    idempotency,
    storage,
    ...shadowEval,
    fetchImage: imageFetcher.fetch,
    embedded,
    simulationNotice: simulationNotice(backends),
    startedAtSeconds: Math.floor(clock.wall() / 1000),
    reconfigure,
    changeBackend(id, change) {
      const backend = fleet.backends.find((candidate) => candidate.id === id);
      if (backend === undefined) throw unknownBackend("No backend has this id. GET /admin/backends lists them.");
      backend.setAdmin(change);
      return backend.describe();
    },
    stopServing() {
      isStopping = true;
    },
    whyNotReady() {
      if (isStopping) return "the gateway is stopping";
      return fleet.isReady() ? null : "no backend has passed its handshake, or none is usable now";
    },
    async close() {
      stopFollowing();
      await imageFetcher.close();
      await access.close();
      await shadowEval.close();
      await fleet.close();
      await images.close();
      await embedded?.close();
      await storage.close();
    },
  };
}

function changedMembers<T extends object>(before: T, next: T): Partial<T> {
  const keys = Object.keys(next) as (keyof T)[];
  return Object.fromEntries(
    keys.filter((key) => !isDeepStrictEqual(before[key], next[key])).map((key) => [key, next[key]]),
  ) as Partial<T>;
}

function simulationNotice(backends: readonly BackendConfig[]): string {
  const simulated = backends.filter((backend) => backend.model.startsWith("sim-"));
  if (simulated.length === 0) return "";
  return simulated.length === backends.length
    ? "Every backend is the built-in simulator: no real model is behind this gateway."
    : `${simulated.map((backend) => backend.id).join(", ")}: the built-in simulator, no real model.`;
}
