/** What one engine step costs: `base + perPromptToken·p + perPatch·v + perSequence·n + perCachedToken·k` milliseconds. */
export interface LatencyModel {
  baseMs: number;
  perPromptTokenMs: number;
  perPatchMs: number;
  perSequenceMs: number;
  perKvTokenMs: number;
  /** The serial front stage of the API process: fixed part and part per megapixel of the image. */
  frontBaseMs: number;
  frontPerMegapixelMs: number;
  /** Compiling a grammar that is not in the cache. */
  grammarMs: number;
  /** Tokens that one step may compute. */
  maxBatchedTokens: number;
  /** Blocks of the KV cache, 16 tokens each. */
  kvBlocks: number;
}

export const kvBlockTokens = 16;

export const buildNames = ["fp8", "nvfp4"] as const;
export type BuildName = (typeof buildNames)[number];

/**
 * Start values for a 2B model on an RTX PRO 6000, by calculation (weights over memory bandwidth, FLOPs over tensor
 * throughput), not by measurement: a garment of 300 vision tokens and 90 answer tokens takes about 200 ms alone on fp8.
 * NVFP4 shortens what the language model does; the vision tower stays in BF16 in both builds and costs the same.
 */
export const latencyModels: Record<BuildName, LatencyModel> = {
  fp8: {
    baseMs: 1.75,
    perPromptTokenMs: 0.03,
    perPatchMs: 0.006,
    perSequenceMs: 0.02,
    perKvTokenMs: 1e-5,
    frontBaseMs: 3,
    frontPerMegapixelMs: 12,
    grammarMs: 15,
    maxBatchedTokens: 8192,
    kvBlocks: 12_288,
  },
  nvfp4: {
    baseMs: 1.15,
    perPromptTokenMs: 0.018,
    perPatchMs: 0.006,
    perSequenceMs: 0.015,
    perKvTokenMs: 1e-5,
    frontBaseMs: 3,
    frontPerMegapixelMs: 12,
    grammarMs: 15,
    maxBatchedTokens: 8192,
    kvBlocks: 14_336,
  },
};

/** The same model with every duration multiplied by `factor`; 0 takes no simulated time at all. */
export function scaleLatency(model: LatencyModel, factor: number): LatencyModel {
  const { maxBatchedTokens, kvBlocks, ...durations } = model;
  const scaled = Object.fromEntries(Object.entries(durations).map(([name, ms]) => [name, ms * factor]));
  return { ...(scaled as typeof durations), maxBatchedTokens, kvBlocks };
}
