import { pino } from "pino";
import type { FastifyInstance } from "fastify";
import { loadConfig } from "../../config/index.ts";
import type { Config } from "../../schemas/index.ts";
import { buildApp } from "../../src/app.ts";
import type { Gateway } from "../../src/gateway.ts";
import type { Evaluation } from "../../src/evaluation/index.ts";
import type { Garment, InferredAnswer } from "../../src/inference/index.ts";
import { createAccess } from "../../src/access.ts";
import { createIdempotency } from "../../src/cache/index.ts";
import { createAdmission } from "../../src/limits/index.ts";
import { systemClock } from "../../src/kernel/index.ts";
import type { Labels } from "../../src/labels/index.ts";
import { createImageFetcher } from "../../src/net/index.ts";
import type { FetchImage } from "../../src/net/index.ts";
import { openScoring } from "../../src/open-scoring.ts";
import { createInstruments } from "../../src/telemetry/index.ts";

export interface StubGateway {
  app: FastifyInstance;
  gateway: Gateway;
  /** Garments that reached inference, in order. */
  garments: Garment[];
  /** Every log line so far, parsed. */
  logLines: Record<string, unknown>[];
}

interface StubOptions {
  /** Changes to the default configuration. */
  change?: (config: Config) => void;
  infer?: (garment: Garment) => Promise<InferredAnswer>;
  /** Switched off where not given. */
  fetchImage?: FetchImage;
  /** None where not given. */
  labels?: Labels;
  evaluation?: Evaluation;
}

/** The HTTP side with inference replaced: for what happens before and after it. */
export async function buildStubGateway({
  change,
  infer = answerNulls,
  labels,
  evaluation,
  fetchImage = createImageFetcher({ isEnabled: false, allowHosts: [], maxBytes: 0, clock: systemClock }).fetch,
}: StubOptions = {}): Promise<StubGateway> {
  const config = structuredClone<Config>(loadConfig({ environment: {} }));
  change?.(config);
  const garments: Garment[] = [];
  const logLines: Record<string, unknown>[] = [];
  const log = pino(
    { level: "debug", base: null },
    { write: (line: string) => void logLines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const instruments = createInstruments();
  const gateway = {
    config,
    clock: systemClock,
    log,
    instruments,
    fleet: { describe: () => [] },
    infer: async (garment: Garment) => {
      garments.push(garment);
      return infer(garment);
    },
    fetchImage,
    labels,
    evaluation,
    scoring: openScoring({ evaluation: config.evaluation, clock: systemClock, instruments }),
    following: { observe: () => {}, shadow: {} },
    access: createAccess(config),
    admission: createAdmission({
      maxInFlight: config.admission.max_in_flight,
      maxQueue: config.admission.max_queue,
      maxBytesInFlight: config.admission.max_bytes_in_flight,
      clock: systemClock,
    }),
    idempotency: createIdempotency({ maxEntries: 100, maxBytes: 1_000_000, ttlMs: 60_000, clock: systemClock }),
    embedded: null,
    simulationNotice: "",
    startedAtSeconds: 0,
    whyNotReady: () => null,
    close: async () => {},
  } as unknown as Gateway;
  return { app: await buildApp(gateway), gateway, garments, logLines };
}

/** An answer that saw nothing. */
export async function answerNulls({ images, options }: Garment): Promise<InferredAnswer> {
  const nulls = {
    type: null,
    color: null,
    pattern: null,
    neckline: null,
    sleeve_length: null,
    closure: null,
    brand: null,
    size: null,
    defect_type: null,
  };
  return {
    id: "gar_0",
    sample_id: options.sample_id ?? null,
    metadata: options.metadata ?? null,
    attributes: nulls,
    confidence: nulls,
    calibrator: null,
    needs_review: [],
    model: "m",
    backend: "b",
    quantization: "unknown",
    tier: options.model === undefined ? (options.tier ?? "balanced") : null,
    simulated: false,
    cache: "miss",
    attempts: 1,
    repaired: false,
    degraded: null,
    images: images.map(({ view }) => ({
      view,
      sha256: "0".repeat(64),
      format: "jpeg",
      width: 1,
      height: 1,
      sent_width: 32,
      sent_height: 32,
      vision_tokens: 1,
    })),
    usage: { prompt_tokens: 1, completion_tokens: 1 },
    timings_ms: { image: 0, queue: 0, backend: 0 },
  };
}
