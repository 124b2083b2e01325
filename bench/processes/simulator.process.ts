/** A simulated vLLM server in a process of its own, with eyes that cost nothing. */
import { openSimulator } from "../../src/simulator/index.ts";
import type { SimulatorOptions } from "../../src/simulator/index.ts";
import { runChild } from "../harness/child.ts";
import { createPlainVision } from "./plain-vision.ts";

export type SimulatorSetup = Pick<SimulatorOptions, "port" | "speed" | "maxNumSeqs" | "build"> & { modelId: string };

export interface SimulatorReady {
  url: string;
  port: number;
}

await runChild(async (setup) => {
  const simulator = await openSimulator({ ...(setup as SimulatorSetup), vision: createPlainVision() });
  const ready: SimulatorReady = { url: simulator.url, port: simulator.port };
  return { ready, close: () => simulator.close() };
});
