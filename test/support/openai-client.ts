import OpenAI from "openai";
import type { SimulatedGateway } from "./simulated-gateway.ts";

/** OpenAI's own client, unchanged, that speaks to a gateway; it does not hide failures by trying again. */
export function openAiClient({ url }: Pick<SimulatedGateway, "url">): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0, timeout: 20_000 });
}

type Messages = OpenAI.Chat.ChatCompletionMessageParam[];

/** One user message: a question and these images. */
export function askAbout(...images: Buffer[]): Messages {
  return [
    { role: "system", content: "You look at garments." },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        ...images.map((image) => ({ type: "image_url" as const, image_url: { url: dataUri(image) } })),
      ],
    },
  ];
}

export function dataUri(image: Buffer, mediaType = "image/jpeg"): string {
  return `data:${mediaType};base64,${image.toString("base64")}`;
}

/** A schema of two fields, as a client would send its own. */
export const typeAndColor = {
  type: "json_schema",
  json_schema: {
    name: "garment",
    strict: true,
    schema: {
      type: "object",
      properties: {
        type: { type: ["string", "null"], maxLength: 80 },
        color: { type: ["string", "null"], maxLength: 80 },
      },
      required: ["type", "color"],
      additionalProperties: false,
    },
  },
} as const;
