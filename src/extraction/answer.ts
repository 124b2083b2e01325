import type { Attributes, FieldName, TokenLogprob } from "../../schemas/index.ts";

/** What a backend replied, as far as reading the answer needs it: the first choice of a chat completion. */
export interface Reply {
  content: string | null;
  /** Where a reasoning parser took the answer for thinking, it is here and `content` is empty. */
  reasoning: string | null;
  /** `stop`, `length`, … as vLLM says it. */
  finishReason: string | null;
  /** One entry for each generated token, or null where the backend gave none. */
  logprobs: readonly TokenLogprob[] | null;
}

export type FieldValues = Partial<Record<FieldName, string | null>>;

/** For each field, the raw probability (0..1) of the tokens of its value, or null where no logprobs tell it. */
export type FieldConfidence = Partial<Record<FieldName, number | null>>;

/** Why an answer is not complete. `truncated`: its object does not end. `invalid_fields`: it ends, and fields lack or do not fit. */
export type AnswerFault = "empty" | "not_json" | "truncated" | "invalid_fields";

/** All nine fields, validated. */
export interface ValidAnswer {
  status: "valid";
  attributes: Attributes;
  confidence: Record<FieldName, number | null>;
  /**
   * True when anything but a clean parse of the content was needed: a re-ask, another place than the content, text or
   * a wrapper around the object, broken JSON, extra, doubled or differently spelled keys. Cleaning a value (trimming
   * it, a spelling of nothing to null, a number to its text) is the contract's normal form and no repair.
   */
  isRepaired: boolean;
}

/** The fields that could be read for certain; the others are to be asked for again. */
export interface PartialAnswer {
  status: "partial";
  values: FieldValues;
  confidence: FieldConfidence;
  /** In the order of `fieldNames`, never empty. */
  badFields: readonly FieldName[];
  cause: AnswerFault;
}

export type Answer = ValidAnswer | PartialAnswer;
