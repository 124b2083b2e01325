import type { ChatPrompt } from "../../schemas/index.ts";
import type { Work } from "./work.ts";

/** One question to a model about some images. */
export interface ChatQuestion {
  prompt: ChatPrompt;
  /** JPEG bytes; the prompt's image parts count through them. */
  images: readonly Buffer[];
  /** Constrains the answer. `json` is sent byte for byte: the backend caches compiled grammars by the schema's text. */
  schema: { name: string; json: string } | null;
  maxTokens: number;
  wantLogprobs: boolean;
}

export interface ChatCall extends ChatQuestion {
  /** What it costs. */
  work: Work;
}

/** What of the request depends on the backend. */
interface PayloadTarget {
  model: string;
  chatTemplateKwargs: Readonly<Record<string, unknown>> | null;
}

/** Enough to see the runners-up of an enum value; vLLM allows 20, and each costs bytes in every answer. */
const topLogprobs = 5;

/**
 * The body of POST /v1/chat/completions, assembled in one buffer into which each image is written as base64 exactly
 * once. Letting JSON.stringify copy and scan the images costs half as much again, and several buffers cost undici more
 * in writes than copying the text around the images does.
 */
export function buildPayload(target: PayloadTarget, call: ChatQuestion): Buffer {
  const { texts, images } = splitAtImages(target, call);
  let length = images.reduce((sum, image) => sum + base64Length(image), 0);
  for (const text of texts) length += Buffer.byteLength(text);
  const body = Buffer.allocUnsafe(length);
  let end = 0;
  for (const [i, text] of texts.entries()) {
    end += body.write(text, end, "utf8");
    const image = images[i];
    if (image !== undefined) end += body.write(image.toString("base64"), end, "latin1");
  }
  return body;
}

function base64Length(image: Buffer): number {
  return Math.ceil(image.length / 3) * 4;
}

/** The JSON text before, between and after the images, and the images in the order of the prompt. */
function splitAtImages(target: PayloadTarget, call: ChatQuestion): { texts: string[]; images: Buffer[] } {
  const texts: string[] = [];
  const images: Buffer[] = [];
  let text = `{"model":${JSON.stringify(target.model)},"messages":[`;
  text += `${JSON.stringify({ role: "system", content: call.prompt.system })},{"role":"user","content":[`;
  for (const [i, part] of call.prompt.parts.entries()) {
    if (i > 0) text += ",";
    if (part.kind === "text") {
      text += JSON.stringify({ type: "text", text: part.text });
    } else {
      const image = call.images[part.index];
      if (image === undefined) throw new RangeError(`the prompt names image ${part.index} of ${call.images.length}`);
      texts.push(`${text}{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,`);
      images.push(image);
      text = `"}}`;
    }
  }
  texts.push(`${text}]}]${options(target, call)}}`);
  return { texts, images };
}

function options(target: PayloadTarget, call: ChatQuestion): string {
  // Always said, for a server's own default is the model's generation_config.json, which samples.
  let text = `,"temperature":0`;
  // The name that OpenAI kept and that wins in vLLM; max_tokens is deprecated in both.
  text += `,"max_completion_tokens":${call.maxTokens}`;
  if (call.wantLogprobs) text += `,"logprobs":true,"top_logprobs":${topLogprobs}`;
  if (call.schema !== null) {
    // Not the legacy guided_json: a server since 0.12 ignores that in silence and answers prose.
    const { name, json } = call.schema;
    text += `,"response_format":{"type":"json_schema","json_schema":{"name":${JSON.stringify(name)},"strict":true,"schema":${json}}}`;
  }
  if (target.chatTemplateKwargs !== null) {
    text += `,"chat_template_kwargs":${JSON.stringify(target.chatTemplateKwargs)}`;
  }
  return `${text},"stream":false`;
}
