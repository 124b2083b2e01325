import { isDeepStrictEqual } from "node:util";
import type { Config } from "../schemas/index.ts";
import type { Mistake } from "./mistakes.ts";
import { show } from "./mistakes.ts";

/**
 * Keys that take effect at the start only: sockets, buffers and stores are sized by them. A reload that changes one is
 * refused whole, so that what runs and what the file says never differ in silence.
 */
const restartOnly = [
  "server.host",
  "server.port",
  "server.max_body_bytes",
  "image.max_bytes",
  "image.max_pixels",
  "image.max_images",
  "image.quality",
  "image.urls",
  "cache.max_entries",
  "cache.ttl_ms",
  "admission.brown_out",
  "storage",
  "evaluation",
] as const;

/** What a running gateway cannot take over from a new configuration. */
export function findRestartOnly(running: Config, next: Config): Mistake[] {
  const mistakes: Mistake[] = restartOnly
    .filter((path) => !isDeepStrictEqual(at(running, path), at(next, path)))
    .map((path) => ({
      path,
      found: show(at(next, path), path),
      expected: `${show(at(running, path), path)}, or a restart`,
    }));
  if ((running.backends === "embedded") !== (next.backends === "embedded")) {
    mistakes.push({ path: "backends", found: "a change between the simulator and a fleet", expected: "a restart" });
  }
  return mistakes;
}

function at(config: Config, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], config);
}
