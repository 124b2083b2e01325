/** A gateway under load. */
export interface Target {
  url: string;
  key: string | null;
  /** What it is, for the report. */
  setup: string;
  /** Nobody else calls it, so its counters must agree with ours to the last request. */
  isOwn: boolean;
  /** Those of its backends that are simulators whose faults can be switched; empty where none are known. */
  simulators: Simulator[];
  close(): Promise<void>;
}

export interface Simulator {
  /** The gateway's id for it. */
  backend: string;
  url: string;
}

/** `embedded`: as `npm start` has it. `builds`: two slow simulators, so that the machine is not the limit. */
export type TargetKind = "embedded" | "builds";

/** What the environment says about the target. */
export interface Surroundings {
  GATEWAY_URL?: string | undefined;
  GATEWAY_KEY?: string | undefined;
  SIMULATORS?: string | undefined;
}
