/**
 * A vLLM look-alike over HTTP: chat with guided JSON and log-probabilities, token counts, metrics, queueing and batching
 * in simulated time, seeded faults, and simple eyes in place of a model. It knows vLLM's wire protocol and nothing of the
 * gateway in front of it; it refuses to pass for a model: its model ids begin with `sim-`.
 */
export { openSimulator } from "./simulator.ts";
export type { Simulator } from "./simulator.ts";
export type { SimulatorOptions } from "./options.ts";
export { createCard } from "./engine/card.ts";
export { buildNames } from "./engine/latency.ts";
export { faultKinds, faultParameters, isFaultKind } from "./faults/catalogue.ts";
export type { FaultKind } from "./faults/catalogue.ts";
export type { Fault } from "./faults/control.ts";
export type { Impression, Sighting, Vision } from "./sighting.ts";
