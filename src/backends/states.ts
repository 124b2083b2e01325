import type { OutageReason } from "./handshake.ts";

const availabilityStates = ["starting", "ready", "down", "quarantined", "unauthorized"] as const;

/**
 * What the server is fit for.
 * - `starting`: the first handshake is not over
 * - `ready`: in rotation
 * - `down`: cannot be reached, or fails
 * - `quarantined`: answers, but not as it must: wrong model, guided decoding is off, or mostly garbage
 * - `unauthorized`: refuses our key
 */
export type AvailabilityState = (typeof availabilityStates)[number];

/**
 * What an operator wants of it.
 * - `active`: it serves whenever it is fit to
 * - `draining`: no new calls; those under way end
 * - `disabled`: the same, and the server is left alone altogether
 */
export type AdminState = "active" | "draining" | "disabled";

export const backendStates = [...availabilityStates, "draining", "disabled"] as const;

/** The operator's word where it is not `active`, else what the server is fit for. */
export type BackendState = (typeof backendStates)[number];

/** The state that an outage puts a backend in. */
export const stateOf: Readonly<Record<OutageReason, AvailabilityState>> = {
  refused: "down",
  reset: "down",
  timeout: "down",
  server_error: "down",
  bad_reply: "down",
  busy: "down",
  unauthorized: "unauthorized",
  wrong_model: "quarantined",
  probe_refused: "quarantined",
  guidance_lost: "quarantined",
  bad_answers: "quarantined",
};
