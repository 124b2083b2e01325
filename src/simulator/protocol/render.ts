import type { Family } from "../../families/index.ts";
import { sha256 } from "../../kernel/index.ts";
import { blockKeys } from "../engine/prefix-cache.ts";
import type { LoadedImage, Media } from "../media.ts";
import { encode, specialToken } from "../tokens/tokenizer.ts";
import type { ChatMessage } from "./chat-request.ts";
import { readImageUrl } from "./image-part.ts";
import { badRequest } from "./wire-error.ts";

/** A prompt after the chat template. */
export interface RenderedPrompt {
  /** Every token, with one placeholder for each of an image's tokens. */
  ids: number[];
  /** Tokens with one placeholder an image: what vLLM knows before it expands the images. */
  textTokens: number;
  images: LoadedImage[];
  /** Keys of the full 16-token blocks. */
  blockKeys: number[];
}

interface RenderOptions {
  family: Family;
  media: Media;
  maxImages: number;
  /** Whether the template leaves room for thinking; only families that think look at it. */
  enableThinking: boolean;
  addGenerationPrompt?: boolean;
  cacheSalt?: string;
}

const newline = encode("\n");

/** Loads the images and lays the messages out as the model's template does (ChatML, as the Qwen family uses it). */
export async function renderPrompt(messages: readonly ChatMessage[], options: RenderOptions): Promise<RenderedPrompt> {
  const images = await loadImages(messages, options);
  const ids: number[] = [];
  const spans: { from: number; image: LoadedImage }[] = [];
  let nextImage = 0;

  for (const { role, content } of messages) {
    ids.push(specialToken("<|im_start|>"), ...encode(role), ...newline);
    for (const part of typeof content === "string" ? [{ type: "text", text: content }] : (content ?? [])) {
      if (isImagePart(part)) {
        const image = images[nextImage++]!;
        const [start, end] = markers(options.family);
        ids.push(...start);
        spans.push({ from: ids.length, image });
        for (let i = 0; i < image.visionTokens; i++) ids.push(specialToken("<|image_pad|>"));
        ids.push(...end);
      } else {
        for (const id of encode(part.text ?? "")) ids.push(id);
      }
    }
    ids.push(specialToken("<|im_end|>"), ...newline);
  }
  if (options.addGenerationPrompt ?? true)
    ids.push(specialToken("<|im_start|>"), ...encode("assistant"), ...newline, ...thinkingTokens(options));

  const cacheIds = options.cacheSalt === undefined ? ids.slice() : [saltNumber(options.cacheSalt), ...ids];
  const shift = cacheIds.length - ids.length;
  for (const { from, image } of spans) cacheIds.fill(image.key, from + shift, from + shift + image.visionTokens);
  const visionTokens = images.reduce((sum, image) => sum + image.visionTokens, 0);
  return { ids, textTokens: ids.length - visionTokens + images.length, images, blockKeys: blockKeys(cacheIds) };
}

type Part = Exclude<ChatMessage["content"], string | null | undefined>[number];

function isImagePart(part: Part): boolean {
  return part.type === "image_url" || (part.type === undefined && part.image_url !== undefined);
}

async function loadImages(
  messages: readonly ChatMessage[],
  { media, maxImages }: RenderOptions,
): Promise<LoadedImage[]> {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content.filter(isImagePart) : []));
  if (parts.length > maxImages)
    throw badRequest(
      `At most ${maxImages} image(s) may be provided in one prompt. Set \`--limit-mm-per-prompt\` to increase this limit.`,
      "image",
    );
  const sources = parts.map(({ image_url, uuid }) => {
    const url = typeof image_url === "string" ? image_url : image_url?.url;
    return { bytes: url === undefined ? null : readImageUrl(url), uuid: uuid ?? null };
  });
  return Promise.all(sources.map((source) => media.load(source)));
}

/** Tokens before and after an image; families count them apart from the image's own. */
function markers(family: Family): [start: number[], end: number[]] {
  const start = Math.ceil(family.markerTokensPerImage / 2);
  return [
    Array.from({ length: start }, () => specialToken("<|vision_start|>")),
    Array.from({ length: family.markerTokensPerImage - start }, () => specialToken("<|vision_end|>")),
  ];
}

/** Thinking families open a think block; with thinking off the template closes it at once. */
function thinkingTokens({ family, enableThinking }: RenderOptions): number[] {
  if (family.id !== "qwen3.5") return [];
  const open = [specialToken("<think>"), ...newline];
  return enableThinking ? open : [...open, ...newline, specialToken("</think>"), ...newline, ...newline];
}

function saltNumber(salt: string): number {
  return Number.parseInt(sha256(salt).slice(0, 12), 16);
}
