import { LRUCache } from "lru-cache";
import type { Family } from "../families/index.ts";
import type { Clock } from "../kernel/index.ts";
import { createCard } from "./engine/card.ts";
import { createEngine } from "./engine/engine.ts";
import type { Engine } from "./engine/engine.ts";
import { createFrontStage } from "./engine/front-stage.ts";
import type { FrontStage } from "./engine/front-stage.ts";
import { kvBlockTokens, latencyModels, scaleLatency } from "./engine/latency.ts";
import type { LatencyModel } from "./engine/latency.ts";
import { createServerMetrics } from "./engine/metrics.ts";
import type { ServerMetrics } from "./engine/metrics.ts";
import { createPrefixCache } from "./engine/prefix-cache.ts";
import { createFaultDice } from "./faults/control.ts";
import type { FaultDice } from "./faults/control.ts";
import type { JsonLayout } from "./guided/render.ts";
import { createMedia } from "./media.ts";
import type { Media } from "./media.ts";
import type { SimulatorOptions } from "./options.ts";
import { nextVllmVersion, vllmVersion } from "./options.ts";
import type { Sighting, Vision } from "./sighting.ts";

/** What has happened since the start. */
export interface SimulatorStats {
  /** Chat calls that began, and how they ended. */
  chatCalls: number;
  completed: number;
  /** Generations ended because the client left. */
  aborted: number;
  failed: number;
  running: number;
  waiting: number;
  promptTokens: number;
  generatedTokens: number;
}

/** The parts of one simulated server that its endpoints share. */
export interface Server {
  readonly modelId: string;
  readonly family: Family;
  readonly clock: Clock;
  readonly seed: number;
  readonly apiKey: string | undefined;
  readonly latency: LatencyModel;
  readonly engine: Engine;
  readonly frontStage: FrontStage;
  readonly media: Media;
  readonly metrics: ServerMetrics;
  readonly dice: FaultDice;
  readonly layout: JsonLayout;
  readonly maxModelLen: number;
  readonly maxImages: number;
  readonly maxQueuedRequests: number;
  readonly endpoints: { tokenize: boolean; load: boolean; version: boolean };
  readonly startedAtSeconds: number;
  readonly counts: Omit<SimulatorStats, "running" | "waiting"> & { inFlight: number };
  /** Compiled grammars by schema text, as xgrammar caches them. */
  readonly grammars: LRUCache<string, true>;
  combine(sightings: readonly Sighting[]): Sighting;
  /** The name under which the model is served now. */
  servedName(): string;
  version(): string;
  clearCaches(): void;
}

const maxGrammars = 512;

export function createServerParts(options: SimulatorOptions, family: Family, vision: Vision, clock: Clock): Server {
  const build = options.build ?? "fp8";
  const speed = options.speed ?? 1;
  const latency = scaleLatency({ ...latencyModels[build], ...options.latency }, speed === 0 ? 0 : 1 / speed);
  const prefixCache = createPrefixCache(latency.kvBlocks);
  const card = options.card ?? createCard();
  const media = createMedia(family, vision);
  const dice = createFaultDice();
  const grammars = new LRUCache<string, true>({ max: maxGrammars });
  return {
    modelId: options.modelId,
    family,
    clock,
    seed: options.seed ?? 1,
    apiKey: options.apiKey,
    latency,
    engine: createEngine({ clock, latency, card, prefixCache, maxNumSeqs: options.maxNumSeqs ?? 256 }),
    frontStage: createFrontStage(clock),
    media,
    metrics: createServerMetrics(options.modelId, { size: kvBlockTokens, count: latency.kvBlocks }),
    dice,
    layout: (options.disableAnyWhitespace ?? true) ? "fixed" : "free",
    maxModelLen: options.maxModelLen ?? 8192,
    maxImages: options.maxImages ?? family.maxImages,
    maxQueuedRequests: options.maxQueuedRequests ?? Infinity,
    endpoints: { tokenize: true, load: true, version: true, ...options.endpoints },
    startedAtSeconds: Math.floor(clock.wall() / 1000),
    counts: { chatCalls: 0, completed: 0, aborted: 0, failed: 0, promptTokens: 0, generatedTokens: 0, inFlight: 0 },
    grammars,
    combine: (sightings) => vision.combine(sightings),
    servedName: () => (dice.isSet("model-404") ? `${options.modelId}-renamed` : options.modelId),
    version: () => (dice.isSet("version-change") ? nextVllmVersion : vllmVersion),
    clearCaches() {
      prefixCache.clear();
      media.clear();
      grammars.clear();
    },
  };
}
