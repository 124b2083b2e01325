import type { MetricDefinitions } from "../../schemas/index.ts";
import { composite } from "./composite.ts";
import type { Quality } from "./composite.ts";
import type { SemanticScores } from "./score-record.ts";
import type { ScoreText, TextScores } from "./text/index.ts";

/** Two plain texts compared: no fields, so no structure. */
export interface TextPairScore extends TextScores, SemanticScores {
  quality: Quality;
}

export type ScoreTexts = (pair: { reference: string; hypothesis: string }, semantic?: SemanticScores) => TextPairScore;

const unasked: SemanticScores = { sbert: null, hallucination: null };

/** Text metrics exactly as their references compute them: nothing is folded, and equal texts are no special case. */
export function createScoreTexts(scoreText: ScoreText, definitions: MetricDefinitions): ScoreTexts {
  return (pair, semantic = unasked) => {
    const text = scoreText(pair);
    const { sbert, hallucination } = semantic;
    const parts = { structured_match: null, sbert, token_set_ratio: text.tokenSetRatio, rouge_l: text.rougeL };
    const isEqual = pair.reference === pair.hypothesis;
    return { ...text, ...semantic, quality: composite({ parts, hallucination, isEqual }, definitions) };
  };
}
