import type { Progress } from "./progress.ts";

/** How a figure is written: a ratio `0.97`, a share `97.0 %`, milliseconds, CPU time, seconds, something per second, a count. */
export type Unit = "ratio" | "share" | "ms" | "cpu_ms" | "s" | "per_s" | "count";

/** What a figure has to reach. */
export interface Reach {
  atLeast?: number;
  atMost?: number;
}

/** One line of the result: a figure, what it was divided by, and whether it is good enough. */
export interface Row {
  measure: string;
  unit: Unit;
  /** One figure a round; their median is the result. Infinity: did not happen while it was watched. */
  rounds: number[];
  /** In words with its figure: what stands under the fraction, measured in the same run. Empty where there is none. */
  over: string;
  reach?: Reach;
  /** Outside of this the bench itself, or the whole gateway, is broken: for the quick run, whose figures prove nothing else. */
  sane?: Reach;
}

/** A further table, its cells written out. */
export interface Table {
  title: string;
  columns: string[];
  lines: string[][];
}

export interface BenchResult {
  /** One sentence each: what was run, as far as a reader must know it to judge the figures. */
  setup: string[];
  rows: Row[];
  tables: Table[];
  charts: Chart[];
  /** Everything that was recorded, for whoever doubts the figures. */
  raw: unknown;
}

/** A finished SVG. */
export interface Chart {
  /** Of its file, without the ending. */
  name: string;
  /** What a reader sees who cannot see the picture. */
  title: string;
  svg: string;
}

export interface BenchContext {
  /** Short and with few rounds: it shows that the bench runs. */
  isQuick: boolean;
  seed: number;
  progress: Progress;
  /** Where logs of the processes under test go. */
  outDir: string;
}

/** One bench of `npm run bench -- NAME`. */
export interface Bench {
  name: string;
  summary: string;
  /** How long it takes, for the progress bar. */
  seconds(isQuick: boolean): number;
  run(context: BenchContext): Promise<BenchResult>;
}
