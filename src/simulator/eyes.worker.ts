import { parentPort, workerData } from "node:worker_threads";
import type { BuildName } from "./engine/latency.ts";
import { createEyes } from "./eyes/index.ts";
import type { LookReply, LookRequest } from "./vision.ts";

const eyes = createEyes({ build: (workerData as { build: BuildName }).build });

parentPort!.on("message", ({ id, pixels }: LookRequest) => {
  parentPort!.postMessage(answer(id, pixels));
});

function answer(id: number, pixels: LookRequest["pixels"]): LookReply {
  try {
    return { id, sighting: eyes.look(pixels) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}
