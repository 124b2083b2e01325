/** The text metrics, on their references' scales, and `createTextScorer`, which gives all of them in 0..1. */
export { sentenceBleu } from "./bleu.ts";
export { chrf, chrfCounts, corpusChrf } from "./chrf.ts";
export { levenshteinSimilarity } from "./levenshtein.ts";
export { createMeteor } from "./meteor.ts";
export { rougeL } from "./rouge-l.ts";
export { createTextScorer } from "./score-text.ts";
export type { ScoreText, TextScores } from "./score-text.ts";
export { maxTextLength, readText } from "./text.ts";
export type { Text } from "./text.ts";
export { tokenSetRatio } from "./token-set-ratio.ts";
export { loadWordnet } from "./wordnet.ts";
