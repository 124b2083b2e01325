import type { Reply } from "../../../src/extraction/index.ts";
import type { Attributes, TokenLogprob } from "../../../schemas/index.ts";

/** The nine attributes of one garment, as a model may see them. */
export const attributes: Attributes = {
  type: "t-shirt",
  color: "navy blue",
  pattern: "solid",
  neckline: "crew neck",
  sleeve_length: "short sleeve",
  closure: "pullover",
  brand: "Nike",
  size: null,
  defect_type: "small hole on left shoulder",
};

/** A backend's reply with this content and, unless given, nothing remarkable. */
export function reply(content: string | null, rest: Partial<Reply> = {}): Reply {
  return { content, reasoning: null, finishReason: "stop", logprobs: null, ...rest };
}

/** One generated token, given as its text or its bytes, with its probability. */
export function token(piece: string | number[], probability: number): TokenLogprob {
  const bytes = typeof piece === "string" ? [...Buffer.from(piece)] : piece;
  return { token: Buffer.from(bytes).toString(), logprob: Math.log(probability), bytes, top_logprobs: [] };
}
