/** Stands in for the HEIC worker and misbehaves on request: the bytes say how. */
import { parentPort, threadId } from "node:worker_threads";
import type { HeicReply, HeicRequest } from "../../src/image/heic.worker.ts";

parentPort?.on("message", ({ bytes }: HeicRequest) => {
  switch (Buffer.from(bytes).toString()) {
    case "hang":
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      break;
    case "throw":
      throw new Error("unreachable");
    case "exit":
      process.exit(1);
      break;
    case "exhaust": {
      const kept: unknown[] = [];
      for (;;) kept.push(Array.from({ length: 100_000 }, () => ({})));
    }
    case "grown":
      answer(2 ** 30);
      break;
    default:
      answer(2 ** 20);
  }
});

function answer(memoryBytes: number): void {
  const pixels = { data: new Uint8Array([threadId, 0, 0]), width: 1, height: 1, channels: 3 as const };
  parentPort?.postMessage({ isDecoded: true, pixels, memoryBytes } satisfies HeicReply);
}
