import type { Table } from "../../bench/harness/bench.ts";
import type { Random } from "../../src/kernel/index.ts";
import type { Figures } from "../figures.ts";
import type { Options } from "../options.ts";
import type { Target, TargetKind } from "../target/target.ts";
import type { Crowd } from "../traffic/crowd.ts";
import type { Garment } from "../traffic/samples.ts";

export const scenarioNames = [
  "smoke",
  "steady",
  "ramp",
  "spike",
  "soak",
  "overload",
  "mixed",
  "protocol",
  "chaos",
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** A part of a run that the report tells apart. */
export interface Phase {
  label: string;
  startedAt: number;
  /** When the next began, or the load ended. */
  endedAt: number;
}

/** What a scenario is given. */
export interface Stage {
  crowd: Crowd;
  target: Target;
  garments: readonly Garment[];
  options: Options;
  seconds: number;
  rate: number;
  random: Random;
  /** Ended by the reader's Ctrl-C, by the time limit, or by a gateway that is gone. */
  signal: AbortSignal;
  /** A new phase begins; returns it, still open. */
  phase(label: string): Phase;
}

/** What only the scenario itself can tell of its run. */
export interface Findings {
  figures: Figures;
  /** Sentences that a reader needs to judge the figures. */
  notes: string[];
  /** Beyond the tables that every run has. */
  tables?: Table[];
  /** From when until when 5xx answers are a fault's that was injected; null: at no time. */
  faultsBetween?: readonly [from: number, until: number];
}

export interface Scenario {
  summary: string;
  target: TargetKind;
  /** Seconds of load where --duration does not say. */
  seconds: number;
  quickSeconds: number;
  /** Requests a second where --rate does not say; null: found out, or there is none. */
  rate: number | null;
  /** Load beyond what the fleet carries: requests may be shed, and a few expire. */
  isBeyondCapacity?: boolean;
  /** The slope of the gateway's memory is judged where the run is long enough. */
  isMemoryJudged?: boolean;
  run(stage: Stage): Promise<Findings>;
}
