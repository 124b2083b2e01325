import { isDeepStrictEqual } from "node:util";
import type { Config } from "../schemas/index.ts";
import { isObject } from "./merge.ts";
import type { Mistake } from "./mistakes.ts";
import { isSecret, show } from "./mistakes.ts";

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

/** What a running gateway cannot take over from a new configuration, by the keys that differ. */
export function findRestartOnly(running: Config, next: Config): Mistake[] {
  const mistakes = restartOnly.flatMap((path) => differences(path, at(running, path), at(next, path)));
  if ((running.backends === "embedded") !== (next.backends === "embedded")) {
    mistakes.push({ path: "backends", found: "a change between the simulator and a fleet", expected: "a restart" });
  }
  return mistakes;
}

/** The innermost keys that differ. What may be a secret is not shown, only that it is another one. */
function differences(path: string, running: unknown, next: unknown): Mistake[] {
  if (isDeepStrictEqual(running, next)) return [];
  if (isObject(running) && isObject(next)) {
    const keys = new Set([...Object.keys(running), ...Object.keys(next)]);
    return [...keys].flatMap((key) => differences(`${path}.${key}`, running[key], next[key]));
  }
  if (isSecret(path)) return [{ path, found: "a change, which is not shown here", expected: "a restart" }];
  const [was, is] = [show(running, path), show(next, path)];
  if (was === is) return [{ path, found: `another value than ${was}`, expected: "a restart" }];
  return [{ path, found: is, expected: `${was}, or a restart` }];
}

function at(config: Config, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], config);
}
