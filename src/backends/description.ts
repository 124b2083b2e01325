import type { BackendConfig } from "../../schemas/index.ts";
import type { Availability } from "./availability.ts";
import type { CircuitState } from "./circuit.ts";
import type { FailureKind } from "./failure.ts";
import type { OutageReason, ServerFacts } from "./handshake.ts";
import type { Load } from "./load.ts";
import type { AdminState, BackendState } from "./states.ts";

export interface LastHandshake {
  atMs: number;
  outcome: "passed" | OutageReason;
}

export interface LastFailure {
  atMs: number;
  kind: FailureKind;
  status: number | null;
}

/** A backend as the admin API and the model list show it. */
export interface BackendDescription {
  id: string;
  model: string;
  quantization: string;
  role: BackendConfig["role"];
  weight: number;
  tiers: BackendConfig["tiers"];
  /** What an operator has said. */
  admin: AdminState;
  /** What comes of that and of its health. */
  state: BackendState;
  /** Why it is not in rotation, where that is not the operator's word. */
  reason: OutageReason | null;
  circuit: CircuitState;
  inFlight: number;
  inFlightTokens: number;
  waiting: number;
  /** Chat calls it may be given at once now, and the ceiling of that. */
  limit: number;
  maxConcurrency: number;
  /** What the last passed handshake told; null before the first. */
  server: ServerFacts | null;
  /** Stands for the build; null before the first passed handshake. */
  fingerprint: string | null;
  lastHandshake: LastHandshake | null;
  lastFailure: LastFailure | null;
}

interface Parts extends Pick<BackendDescription, "admin" | "state" | "waiting" | "lastHandshake" | "lastFailure"> {
  config: BackendConfig;
  availability: Availability;
  load: Load;
}

export function describeBackend({ config, availability, load, ...shown }: Parts): BackendDescription {
  const { facts, fingerprint } = availability;
  return {
    id: config.id,
    model: config.model,
    quantization: config.quantization,
    role: config.role,
    weight: config.weight,
    tiers: config.tiers,
    ...shown,
    reason: shown.admin === "active" ? availability.reason : null,
    circuit: availability.circuit,
    inFlight: load.calls,
    inFlightTokens: load.tokens,
    limit: load.limit,
    maxConcurrency: config.max_concurrency,
    server: facts,
    fingerprint,
  };
}
