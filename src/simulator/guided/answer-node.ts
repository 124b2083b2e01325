/** What a scalar could have been instead, and how likely. */
export interface ScalarGuess {
  value: string | null;
  probability: number;
}

/**
 * An answer before it is text. Scalars carry the probability with which the model chose them; 1 means that the grammar
 * left no choice.
 */
export type AnswerNode =
  | { kind: "object"; members: [key: string, value: AnswerNode][] }
  | { kind: "array"; items: AnswerNode[] }
  | {
      kind: "scalar";
      value: string | number | boolean | null;
      probability: number;
      alternatives: readonly ScalarGuess[];
    };

/** A stretch of the answer's text that is generated with one probability. Segments are tokenised one by one. */
export interface Segment {
  text: string;
  probability: number;
  alternatives: readonly { text: string; probability: number }[];
}

/** A scalar that the grammar forces. */
export function forced(value: string | number | boolean | null): AnswerNode {
  return { kind: "scalar", value, probability: 1, alternatives: [] };
}

/** Text that the grammar forces. */
export function forcedText(text: string): Segment {
  return { text, probability: 1, alternatives: [] };
}

/** A JSON value as a node without any choice in it. */
export function literal(value: unknown): AnswerNode {
  if (Array.isArray(value)) return { kind: "array", items: value.map(literal) };
  if (value !== null && typeof value === "object")
    return { kind: "object", members: Object.entries(value).map(([key, member]) => [key, literal(member)]) };
  return forced(value as string | number | boolean | null);
}
