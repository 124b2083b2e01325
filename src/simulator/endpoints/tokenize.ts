import { Type } from "typebox";
import type { Static } from "typebox";
import { ChatRequestSchema } from "../protocol/chat-request.ts";
import { renderPrompt } from "../protocol/render.ts";
import { unknownModel } from "../protocol/wire-error.ts";
import type { Server } from "../server.ts";
import { decode, encode, tokenText } from "../tokens/tokenizer.ts";

/** A prompt, or messages as the chat endpoint takes them, images included. */
export const TokenizeRequestSchema = Type.Object({
  model: Type.Optional(Type.String()),
  prompt: Type.Optional(Type.String()),
  messages: Type.Optional(ChatRequestSchema.properties.messages),
  add_generation_prompt: Type.Optional(Type.Boolean()),
  return_token_strs: Type.Optional(Type.Boolean()),
  chat_template_kwargs: ChatRequestSchema.properties.chat_template_kwargs,
});

export const DetokenizeRequestSchema = Type.Object({
  model: Type.Optional(Type.String()),
  tokens: Type.Array(Type.Integer({ minimum: 0 })),
});

/** POST /tokenize: with messages it runs the whole image pipeline and so gives the exact count. */
export async function tokenize(server: Server, request: Static<typeof TokenizeRequestSchema>): Promise<object> {
  checkModel(server, request.model);
  const ids = request.messages === undefined ? encode(request.prompt ?? "") : await renderIds(server, request);
  return {
    count: ids.length,
    max_model_len: server.maxModelLen,
    tokens: ids,
    token_strs: request.return_token_strs === true ? ids.map(tokenText) : null,
  };
}

/** POST /detokenize. */
export function detokenize(server: Server, { model, tokens }: Static<typeof DetokenizeRequestSchema>): object {
  checkModel(server, model);
  return { prompt: decode(tokens) };
}

async function renderIds(server: Server, request: Static<typeof TokenizeRequestSchema>): Promise<number[]> {
  const { ids } = await renderPrompt(request.messages ?? [], {
    family: server.family,
    media: server.media,
    maxImages: server.maxImages,
    enableThinking: request.chat_template_kwargs?.["enable_thinking"] !== false,
    addGenerationPrompt: request.add_generation_prompt ?? true,
  });
  return ids;
}

function checkModel(server: Server, model: string | undefined): void {
  if (model && model !== server.servedName()) throw unknownModel(model);
}
