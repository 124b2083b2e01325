import type { RewardAnswer, RewardRequest, ScoreAnswer, ScoreRequest } from "../../schemas/index.ts";

const reference = {
  type: "t-shirt",
  color: "navy blue",
  pattern: "solid",
  neckline: "crew neck",
  sleeve_length: "short sleeve",
  closure: "pullover",
  brand: "Nike",
  size: "M",
  defect_type: null,
};

const prediction = { ...reference, color: "Navy", neckline: "v-neck", size: "Medium" };

/** One field of nine is wrong; two are spelled differently. */
export const scoreExample: ScoreRequest = { prediction, reference };

export const scoreAnswerExample: ScoreAnswer = {
  form: "record",
  weighted: 0.92,
  fields: {
    type: 1,
    color: 1,
    pattern: 1,
    neckline: 0,
    sleeve_length: 1,
    closure: 1,
    brand: 1,
    size: 1,
    defect_type: 1,
  },
  structured_match: 0.92,
  field_match_rate: 1,
  value_accuracy: 0.92,
  token_set_ratio: 0.9827586206896552,
  rouge_l: 0.9166666666666666,
  chrf: 0.8735066695809891,
  meteor: 0.9139118457300276,
  bleu: 0.7348889200874659,
  levenshtein: 0.935483870967742,
  sbert: null,
  hallucination: null,
  quality: {
    value: 0.9281455938697318,
    partial: true,
    weights: {
      structured_match: 0.7999999999999999,
      token_set_ratio: 0.13333333333333333,
      rouge_l: 0.06666666666666667,
    },
  },
  json: true,
  extra_key_rate: 0,
  scorer: "1-e4f38914d276",
};

export const rewardExample: RewardRequest = {
  completions: [JSON.stringify(prediction), "It is a navy t-shirt."],
  references: [reference, reference],
};

export const rewardAnswerExample: RewardAnswer = {
  rewards: [0.9360000000000002, 0],
  layers: [
    { gate: 1, structure: 1, content: 0.92 },
    { gate: 0, structure: 0, content: 0 },
  ],
  scorer: "1-e4f38914d276",
};
