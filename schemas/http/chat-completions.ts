import { Type } from "typebox";
import type { Static } from "typebox";

/** What may stand in a message's content: what vLLM reads media from besides is refused, because the gateway would not see it. */
const contentPartTypes = ["text", "image_url", "refusal"] as const;

const ContentPart = Type.Object(
  {
    type: Type.Unsafe<(typeof contentPartTypes)[number]>({ type: "string", enum: contentPartTypes }),
    text: Type.Optional(Type.String()),
    refusal: Type.Optional(Type.String()),
    image_url: Type.Optional(
      Type.Unsafe<string | { url: string }>({
        type: ["object", "string"],
        properties: { url: { type: "string" } },
        required: ["url"],
        description: "A data URI in base64, or an https URL where the gateway allows URLs.",
      }),
    ),
  },
  { description: "`text`, `image_url` or `refusal`; of each part only the member of that name is sent on." },
);

export type ChatContentPart = Static<typeof ContentPart>;

const Message = Type.Object({
  role: Type.String(),
  content: Type.Optional(
    Type.Unsafe<string | ChatContentPart[] | null>({ type: ["string", "array", "null"], items: ContentPart }),
  ),
});

/** What the gateway must know of a chat completion; every other member goes to the backend as it is. */
export const ChatCompletionBodySchema = Type.Object(
  {
    model: Type.String({
      minLength: 1,
      maxLength: 200,
      description: "A model id or a backend id of GET /v1/models, or `tier:fast`, `tier:balanced`, `tier:accurate`.",
    }),
    messages: Type.Array(Message, { minItems: 1 }),
    stream: Type.Optional(Type.Unsafe<boolean | null>({ type: ["boolean", "null"] })),
  },
  {
    description:
      "OpenAI's chat completion. Sampling, `response_format`, `logprobs`, `tools` and every other member go to the backend as they are.",
  },
);

export type ChatCompletionBody = Static<typeof ChatCompletionBodySchema>;

/** OpenAI's error shape. */
export const OpenAiErrorSchema = Type.Object(
  {
    error: Type.Object({
      message: Type.String({ description: "What to do about it." }),
      type: Type.String(),
      param: Type.Union([Type.String(), Type.Null()], { description: "The member of the request that is wrong." }),
      code: Type.String(),
    }),
  },
  { description: "OpenAI's error shape" },
);

export type OpenAiError = Static<typeof OpenAiErrorSchema>;
