import { parentPort } from "node:worker_threads";
import { openLibheif } from "./libheif.ts";
import type { RawPixels } from "./render.ts";

export interface HeicRequest {
  bytes: Uint8Array<ArrayBuffer>;
  channels: 3 | 4;
  maxPixels: number;
}

export type HeicReply =
  | { isDecoded: true; pixels: RawPixels; memoryBytes: number }
  | { isDecoded: false; reason: string };

const libheif = openLibheif();

// An abort inside of WebAssembly throws out of the handler and ends this worker, which is what a broken heap deserves.
parentPort?.on("message", ({ bytes, channels, maxPixels }: HeicRequest) => {
  const result = libheif.decode(bytes, channels, maxPixels);
  if (typeof result === "string") {
    parentPort?.postMessage({ isDecoded: false, reason: result } satisfies HeicReply);
    return;
  }
  const reply: HeicReply = { isDecoded: true, pixels: result, memoryBytes: libheif.memoryBytes() };
  parentPort?.postMessage(reply, [result.data.buffer]);
});
