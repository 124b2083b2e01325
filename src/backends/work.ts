/** What a call costs a backend, in tokens. Rough is good enough: it is for comparing calls and backends. */
export interface Work {
  /** Tokens of its images. */
  visionTokens: number;
  /** Tokens of its prompt's text, and the most that the answer may have. */
  textTokens: number;
}

/** A number that can be added up: what is no number, or negative, counts nothing. */
export function tokensOf({ visionTokens, textTokens }: Work): number {
  return count(visionTokens) + count(textTokens);
}

/** No call is that large; the bound keeps sums exact whatever a caller claims. */
const maxTokens = 1_000_000_000;

function count(tokens: number): number {
  return tokens > 0 ? Math.min(Math.round(tokens), maxTokens) : 0;
}
