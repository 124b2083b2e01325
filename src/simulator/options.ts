import type { FamilyId } from "../families/index.ts";
import type { Clock } from "../kernel/index.ts";
import type { Card } from "./engine/card.ts";
import type { BuildName, LatencyModel } from "./engine/latency.ts";
import type { Vision } from "./sighting.ts";

/** How a simulated server is set up; most members mirror a flag of `vllm serve`. */
export interface SimulatorOptions {
  /** The served model name. It must begin with `sim-`, so that no answer can pass for a real model's. */
  modelId: string;
  /** Vision geometry and token arithmetic; default qwen3-vl. */
  family?: FamilyId;
  /** The quantised build it plays: its speed and its eyes; default fp8. */
  build?: BuildName;
  /** Default 1. */
  seed?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Guards /v1 as --api-key does. */
  apiKey?: string | undefined;
  /** 1 (default) as modelled, 2 twice as fast, 0 instant: nothing takes simulated time. */
  speed?: number;
  /** Replaces parts of the build's latency model. */
  latency?: Partial<LatencyModel>;
  /** The card it runs on; servers that share one slow each other. Default: a card of its own. */
  card?: Card | undefined;
  /** Default 256. */
  maxNumSeqs?: number;
  /** Default 8192. */
  maxModelLen?: number;
  /** Images a prompt may hold (--limit-mm-per-prompt); default: the family's. */
  maxImages?: number;
  /** Refuses with 503 while this many requests wait (--max-num-queued-reqs); default: no cap. */
  maxQueuedRequests?: number;
  /** The flag of --structured-outputs-config; default true, without it JSON is indented. */
  disableAnyWhitespace?: boolean;
  /** Switches optional endpoints off; all are on by default. */
  endpoints?: { tokenize?: boolean; load?: boolean; version?: boolean };
  /** Replaces the eyes. */
  vision?: Vision;
  clock?: Clock;
}

/** The release whose protocol the simulator speaks. */
export const vllmVersion = "0.27.1";
/** What /version says while the version-change fault is on. */
export const nextVllmVersion = "0.28.0";
