import assert from "node:assert/strict";
import { eventually } from "./simulated-gateway.ts";
import type { SimulatedGateway } from "./simulated-gateway.ts";

/**
 * Asserts that a gateway has nothing in hand any more, by its own word: no request, call, waiter, place or byte. What it
 * holds of sockets and timers is asserted when it closes (quiet.ts).
 */
export async function assertSettled({ gateway, metric, logLines }: SimulatedGateway): Promise<void> {
  const { admission, fleet } = gateway;
  const countInHand = async () => ({
    requests: await metric("requests_in_flight"),
    calls: await metric("backend_in_flight"),
    waiting: fleet.waiting,
    admitted: admission.inFlight,
    reading: admission.reading,
    queued: admission.queued.interactive + admission.queued.bulk,
    bytes: admission.bytes,
  });
  await eventually(
    async () => Object.values(await countInHand()).every((number) => number === 0),
    "nothing is in hand",
  );
  const defects = logLines.filter((line) => Number(line["level"]) >= 50);
  assert.deepEqual(defects, [], "no defect is logged");
}
