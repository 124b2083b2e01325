import type { Backend } from "../backends/index.ts";
import { promptVersion, schemaVersion } from "../extraction/index.ts";
import type { PreparedImage } from "../image/index.ts";
import { stableHash } from "../kernel/index.ts";
import type { Config } from "../../schemas/index.ts";
import { preparationVersion } from "./content.ts";

/** What shapes an answer: a backend's build, and what it is asked with. Any change makes it another arm. */
export interface Arm {
  backend: string;
  model: string;
  quantization: string;
  /** Stands for the build behind the backend. */
  fingerprint: string;
  /** Versions of the prompt's texts, of the guided schema and of the image preparation. */
  prompt: string;
  schema: string;
  preparation: string;
  simulated: boolean;
}

/** How an answer came about, for whoever evaluates it; null in an observation whose answer was a stored or shared one. */
export interface LiveCall {
  images: readonly PreparedImage[];
  /** The first reply was a clean parse. */
  isClean: boolean;
  attempts: number;
  /** Waiting for backends, all attempts together, in milliseconds. */
  latencyMs: number;
  /** Backends that failed at this request by their own fault before another one answered. */
  failedBackends: readonly string[];
}

/** How a request failed at every build that it was sent to. */
export interface FailedCall {
  /** The code that the caller got. */
  code: string;
  /** Those that failed by their own fault, each as it was asked; never empty. */
  arms: readonly Arm[];
  images: readonly PreparedImage[];
  /** Pressure made the images smaller than they would have been. */
  isDegraded: boolean;
  attempts: number;
  latencyMs: number;
}

/** Ids of the built-in simulator's models begin with this, and no real model's does. */
const simulatedPrefix = "sim-";

export function isSimulated(model: string): boolean {
  return model.startsWith(simulatedPrefix);
}

/** What of the settings decides which bytes a backend gets. */
type PreparationSettings = Pick<Config["image"], "quality" | "vision_tokens" | "max_vision_tokens_per_request">;

/** Names the way in which images are prepared for a backend. `asked`: vision tokens that the caller wished. */
export function preparationOf(backend: Backend, settings: PreparationSettings, asked?: number): string {
  const { family, vision_tokens: ofBackend } = backend.config;
  const { quality, vision_tokens: ofGateway, max_vision_tokens_per_request: most } = settings;
  return stableHash([preparationVersion, family, quality, { ...ofGateway, ...ofBackend }, most, asked ?? null]).slice(
    0,
    16,
  );
}

/** The arm that a backend is now, asked with images of this preparation. */
export function armOf(backend: Backend, preparation: string): Arm {
  const { model, quantization } = backend.config;
  return {
    backend: backend.id,
    model,
    quantization,
    fingerprint: backend.describe().fingerprint ?? "unknown",
    prompt: promptVersion,
    schema: schemaVersion,
    preparation,
    simulated: isSimulated(model),
  };
}
