import type { Fault } from "../../src/simulator/index.ts";

/** A fault that the build under test suffers for a while. */
export interface FaultStep {
  label: string;
  fault: Fault;
}

const share = 0.3;

/** Those that callers could notice, from the connection to the words of the model; not those of the simulator's /metrics. */
export const faultSteps: readonly FaultStep[] = [
  { label: "resets", fault: { kind: "reset-before-headers", rate: share } },
  { label: "cut bodies", fault: { kind: "reset-mid-body", rate: share } },
  { label: "stalls", fault: { kind: "stall", rate: 0.1 } },
  { label: "slow drip", fault: { kind: "slow-drip", rate: share, parameters: { pieces: 8, pause_ms: 150 } } },
  { label: "500", fault: { kind: "error-500", rate: share } },
  { label: "503", fault: { kind: "overflow-503", rate: share } },
  { label: "429", fault: { kind: "rate-limit-429", rate: share, parameters: { retry_after_s: 1 } } },
  { label: "broken JSON", fault: { kind: "invalid-json", rate: share } },
  { label: "wrong types", fault: { kind: "wrong-types", rate: share } },
  { label: "truncated", fault: { kind: "truncated", rate: share } },
  { label: "HTML", fault: { kind: "non-json-body", rate: share } },
  { label: "slow render", fault: { kind: "slow-render", rate: share, parameters: { delay_ms: 500 } } },
  { label: "engine dies", fault: { kind: "engine-death", times: 1 } },
  { label: "unreachable", fault: { kind: "refuse-connections", parameters: { duration_ms: 2000 } } },
];
