/**
 * The part of OpenAI's chat completions wire format, as vLLM answers it, that the gateway reads and the simulator
 * writes. Plain types: a backend's reply is read defensively, field by field, never trusted because of its type.
 */

/** One alternative of one generated token. `bytes` are its UTF-8 bytes, which may be part of a character. */
export interface TopLogprob {
  token: string;
  logprob: number;
  bytes: number[] | null;
}

/** One generated token with its alternatives. Log-probabilities are natural; vLLM's floor is -9999. */
export interface TokenLogprob extends TopLogprob {
  top_logprobs: TopLogprob[];
}

/** A prompt of text and images, before the images become data URIs; `index` counts the request's images. */
export type PromptPart = { kind: "text"; text: string } | { kind: "image"; index: number };

export interface ChatPrompt {
  system: string;
  parts: readonly PromptPart[];
}
