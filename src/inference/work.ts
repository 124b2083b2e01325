import type { Work } from "../backends/index.ts";

interface WorkFacts {
  images: readonly { visionTokens: number }[];
  /** Of the prompt's text. */
  characters: number;
  /** The most that the answer may have. */
  maxTokens: number;
}

/** What a call costs a backend; four characters a token is close enough to compare calls. */
export function estimateWork({ images, characters, maxTokens }: WorkFacts): Work {
  return {
    visionTokens: images.reduce((sum, { visionTokens }) => sum + visionTokens, 0),
    textTokens: characters / 4 + maxTokens,
  };
}
