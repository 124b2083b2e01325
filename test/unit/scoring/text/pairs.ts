import {
  chrf,
  createMeteor,
  levenshteinSimilarity,
  loadWordnet,
  readText,
  rougeL,
  sentenceBleu,
  tokenSetRatio,
} from "../../../../src/scoring/text/index.ts";
import { readFileSync } from "node:fs";

/** A pair with the scores that the reference libraries gave it, on their scales. */
export interface ScoredPair {
  reference: string;
  hypothesis: string;
  token_set_ratio: number;
  levenshtein: number;
  rouge_l: number;
  chrf: number;
  bleu: number;
  meteor: number;
}

/** test/fixtures/scoring/text-pairs.jsonl, which make_text_pairs.py beside it made. */
export function readPairs(): { corpusChrf: number; pairs: ScoredPair[] } {
  const lines = readFileSync("test/fixtures/scoring/text-pairs.jsonl", "utf8").trimEnd().split("\n");
  const [head, ...pairs] = lines.map((line): unknown => JSON.parse(line));
  return { corpusChrf: (head as { corpus_chrf: number }).corpus_chrf, pairs: pairs as ScoredPair[] };
}

const wordnet = loadWordnet();
export const meteor = createMeteor(() => wordnet);

export function scorePair(reference: string, hypothesis: string): ScoredPair {
  const [ours, theirs] = [readText(reference), readText(hypothesis)];
  return {
    reference,
    hypothesis,
    token_set_ratio: tokenSetRatio(ours, theirs),
    levenshtein: levenshteinSimilarity(ours, theirs),
    rouge_l: rougeL(ours, theirs),
    chrf: chrf(ours, theirs),
    bleu: sentenceBleu(ours, theirs),
    meteor: meteor(ours, theirs),
  };
}

/** Where our scores differ from the expected ones by more than 1e-9, in words. */
export function differences(pairs: readonly ScoredPair[]): string[] {
  return pairs.flatMap((expected) => {
    const actual = scorePair(expected.reference, expected.hypothesis);
    return (["token_set_ratio", "levenshtein", "rouge_l", "chrf", "bleu", "meteor"] as const)
      .filter((metric) => !(Math.abs(actual[metric] - expected[metric]) <= 1e-9))
      .map(
        (metric) =>
          `${metric} of ${JSON.stringify([expected.reference, expected.hypothesis])}: ` +
          `${actual[metric]} instead of ${expected[metric]}`,
      );
  });
}
