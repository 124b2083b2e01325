/** Loaded into a gateway process by a test (`node --import`): tells what the process holds when its parent asks. */
import { readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

/** What a process holds, after its garbage was collected. */
export interface Weight {
  heapBytes: number;
  /** Buffers outside the heap. */
  externalBytes: number;
  rssBytes: number;
  /** Sockets, servers and timers by their kind. */
  handles: Record<string, number>;
  /** Open files and sockets; null on a system that does not list them. */
  fileDescriptors: number | null;
}

if (isMainThread && process.send !== undefined) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  process.on("message", () => {
    void weigh(collect).then((weight) => process.send?.(weight));
  });
  // Being asked is no reason to stay alive.
  process.channel?.unref();
}

async function weigh(collect: () => void): Promise<Weight> {
  // What finalizers free is garbage only the next time.
  for (let i = 0; i < 3; i += 1) {
    collect();
    await delay(50);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  return {
    heapBytes: heapUsed,
    externalBytes: external,
    rssBytes: rss,
    handles,
    fileDescriptors: countFileDescriptors(),
  };
}

function countFileDescriptors(): number | null {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return null;
  }
}
