import { kvBlockTokens } from "./latency.ts";

/** What the engine must know of a request. */
export interface Work {
  promptTokens: number;
  /** Keys of the prompt's full blocks, for the prefix cache. */
  blockKeys: readonly number[];
  /** Image patches that the vision tower must encode. */
  patches: number;
  /** Tokens to generate (at least 1). */
  outputTokens: number;
  /** Told how many tokens there are, each time there are more. Its presence keeps the engine's strides short. */
  onTokens?: (generated: number) => void;
}

/** When things happened to a request, in the clock's milliseconds. */
export interface Timings {
  arrivedAt: number;
  scheduledAt: number;
  firstTokenAt: number;
  finishedAt: number;
  cachedTokens: number;
}

/** A request inside the engine. */
export interface Sequence {
  readonly work: Work;
  readonly timings: Timings;
  prefillLeft: number;
  patchesLeft: number;
  generated: number;
  readonly resolve: (timings: Timings) => void;
  readonly reject: (reason: Error) => void;
}

/** Blocks a sequence holds once `extra` more tokens are generated. Its whole prompt is reserved from the start. */
export function blocksOf(sequence: Sequence, extra = 0): number {
  return Math.ceil((sequence.work.promptTokens + sequence.generated + extra) / kvBlockTokens);
}
