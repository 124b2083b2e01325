import type { BackendConfig } from "../schemas/index.ts";
import { openSimulator } from "./simulator/index.ts";
import type { Simulator } from "./simulator/index.ts";

/** The fleet of `backends: embedded`: two simulated builds in this process, reached over HTTP like real servers. */
export interface Embedded {
  readonly backends: readonly BackendConfig[];
  readonly simulators: Readonly<Record<string, Simulator>>;
  close(): Promise<void>;
}

const family = "qwen3-vl";
const modelId = "sim-qwen3-vl-8b";

const builds = [
  { id: "blackwell-fp8", quantization: "fp8", tiers: ["balanced", "accurate"], seed: 8 },
  { id: "blackwell-nvfp4", quantization: "nvfp4", tiers: ["fast", "balanced"], seed: 4 },
] as const;

/** Starts both builds on free loopback ports. */
export async function openEmbedded(): Promise<Embedded> {
  const simulators = await Promise.all(
    builds.map(({ quantization, seed }) => openSimulator({ modelId, family, build: quantization, seed })),
  );
  const backends = builds.map(({ id, quantization, tiers }, at): BackendConfig => ({
    id,
    url: (simulators[at] as Simulator).url,
    model: modelId,
    family,
    quantization,
    role: "live",
    weight: 1,
    max_concurrency: 64,
    tiers: [...tiers],
    vision_tokens: {},
    card: null,
    api_key: null,
  }));
  return {
    backends,
    simulators: Object.fromEntries(builds.map(({ id }, at) => [id, simulators[at] as Simulator])),
    async close() {
      await Promise.all(simulators.map((simulator) => simulator.close()));
    },
  };
}
