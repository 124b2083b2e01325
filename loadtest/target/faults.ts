import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../../src/simulator/index.ts";
import { Refusal } from "../refusal.ts";

/** A simulator that plays dead takes no faults either, until it is back. */
const patienceMs = 10_000;
const retryMs = 250;

/**
 * Replaces a simulator's faults.
 * @throws Refusal where it stays out of reach or does not take them
 */
export async function setFaults(simulator: string, faults: readonly Fault[]): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const response = await put(`${simulator}/simulator/faults`, JSON.stringify({ faults }));
    if (response instanceof Response) {
      if (response.ok) return;
      throw new Refusal(`${simulator} took no faults (${response.status}): ${await response.text()}`);
    }
    if (performance.now() > giveUpAt)
      throw new Refusal(`The simulator at ${simulator} does not answer (${response.message}).`);
    await sleep(retryMs);
  }
}

function put(url: string, body: string): Promise<Response | Error> {
  return fetch(url, { method: "PUT", body, signal: AbortSignal.timeout(5000) }).catch((error: Error) => error);
}
