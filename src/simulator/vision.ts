import { Worker } from "node:worker_threads";
import type { BuildName } from "./engine/latency.ts";
import { combine } from "./eyes/index.ts";
import type { Pixels, Sighting, Vision } from "./sighting.ts";

/** What the worker is asked, and what it answers. */
export interface LookRequest {
  id: number;
  pixels: Pixels;
}
export type LookReply = { id: number; sighting: Sighting } | { id: number; error: string };

/**
 * Opens the eyes of a build on a thread of their own: looking at one photo takes tens of milliseconds of computing, which
 * the event loop of a gateway in the same process must not feel.
 */
export function openVision(build: BuildName): Vision {
  const pending = new Map<number, { resolve: (sighting: Sighting) => void; reject: (reason: Error) => void }>();
  const worker = new Worker(new URL("eyes.worker.ts", import.meta.url), { workerData: { build } });
  let nextId = 0;

  worker.on("message", (reply: LookReply) => {
    const waiter = pending.get(reply.id);
    pending.delete(reply.id);
    if ("sighting" in reply) waiter?.resolve(reply.sighting);
    else waiter?.reject(new Error(reply.error));
  });
  function failAll(reason: Error): void {
    for (const { reject } of pending.values()) reject(reason);
    pending.clear();
  }
  worker.on("error", failAll);
  worker.on("exit", () => failAll(new Error("The eyes are closed.")));

  return {
    look(pixels) {
      return new Promise((resolve, reject) => {
        const id = nextId++;
        pending.set(id, { resolve, reject });
        const request: LookRequest = { id, pixels };
        worker.postMessage(request);
      });
    },
    combine: (sightings) => combine([...sightings]),
    async close() {
      await worker.terminate();
    },
  };
}
