import type { Random } from "../../src/kernel/index.ts";
import type { Client, SendOptions } from "./client.ts";
import type { Sample } from "./sample.ts";

interface OpenLoopOptions {
  ratePerSecond: number;
  durationMs: number;
  random: Random;
  send: SendOptions;
}

/**
 * Moments at which requests are due, in milliseconds from the start: independent callers (a Poisson process), who come whether
 * or not others have their answers.
 */
export function drawArrivals({ ratePerSecond, durationMs, random }: Omit<OpenLoopOptions, "send">): number[] {
  const arrivals: number[] = [];
  const gapMs = (): number => (-Math.log(1 - random()) * 1000) / ratePerSecond;
  for (let at = gapMs(); at < durationMs; at += gapMs()) arrivals.push(at);
  return arrivals;
}

/** Sends requests when they are due and resolves when the last has ended. Latency counts from when each was due. */
export async function runOpenLoop(client: Client, options: OpenLoopOptions): Promise<Sample[]> {
  const startedAt = performance.now();
  const running: Promise<Sample>[] = [];
  for (const arrival of drawArrivals(options)) {
    const dueAt = startedAt + arrival;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    running.push(client.send({ ...options.send, dueAt }));
  }
  return Promise.all(running);
}
