import type { Answer } from "../answer.ts";
import { tokenBytes } from "../tokens/tokenizer.ts";
import { chunkBody, logprobsOf } from "./chat-response.ts";
import type { ReplyHead, ReplyOptions } from "./chat-response.ts";

interface StreamOptions extends ReplyOptions {
  includeUsage: boolean;
  continuousUsage: boolean;
  promptTokens: number;
}

/** Writes one answer as server-sent events, as its tokens come. */
export interface ChatStream {
  /** There are `generated` tokens now. */
  advance(generated: number): void;
  /** Ends with the usage chunk, where asked for, and [DONE]. */
  finish(): void;
  /** Ends inside the 200 with an error event, as vLLM does once a stream has begun. */
  fail(body: object): void;
}

export function createChatStream(
  head: ReplyHead,
  answer: Answer,
  options: StreamOptions,
  write: (text: string) => void,
): ChatStream {
  // Holds back the bytes of a character until it is whole.
  const decoder = new TextDecoder();
  let sentTokens = 0;
  let sentBytes = 0;
  const send = (event: object): void => write(`data: ${JSON.stringify(event)}\n\n`);
  const usageAt = (completionTokens: number) => ({ promptTokens: options.promptTokens, completionTokens });
  const runningUsage = (count: number) => (options.continuousUsage ? usageAt(count) : null);

  function begin(): void {
    const delta = { role: "assistant", content: "" };
    send(chunkBody(head, { delta, logprobs: null, finish_reason: null }, runningUsage(0)));
  }

  return {
    advance(generated) {
      if (sentTokens === 0) begin();
      const tokens = answer.tokens.slice(sentTokens, generated);
      const length = tokens.reduce((sum, { id }) => sum + tokenBytes(id).length, 0);
      const isLast = generated === answer.tokens.length;
      // A stop string ends the text before its tokens end.
      const until = isLast ? answer.bytes.length : Math.min(answer.bytes.length, sentBytes + length);
      const text = decoder.decode(answer.bytes.subarray(sentBytes, until), { stream: !isLast });
      sentTokens = generated;
      sentBytes = until;
      const choice = {
        delta: { [options.field]: text },
        logprobs: logprobsOf(tokens, options.top),
        finish_reason: isLast ? answer.finishReason : null,
        ...(isLast ? { stop_reason: answer.stopReason } : {}),
        token_ids: null,
      };
      send(chunkBody(head, choice, runningUsage(generated)));
    },
    finish() {
      if (options.includeUsage) send(chunkBody(head, null, usageAt(answer.tokens.length)));
      write("data: [DONE]\n\n");
    },
    fail(body) {
      send(body);
      write("data: [DONE]\n\n");
    },
  };
}
