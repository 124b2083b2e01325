import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { ChatImage, ChatRequest } from "../../inference/index.ts";
import type { FetchImage } from "../../net/index.ts";
import { countUndeclaredBytes } from "../admission.ts";
import { tooManyImages, unsupportedMediaType } from "../errors.ts";
import { fetchAll } from "../fetch-all.ts";
import { readJsonBody } from "../json-body.ts";
import { checkChatBody } from "./body.ts";
import { cutAtImages } from "./cut.ts";
import type { ImagePart } from "./cut.ts";
import { decodeImagePart } from "./images.ts";

declare module "fastify" {
  interface FastifyRequest {
    /**
     * Reads this request's chat completion and its images; call it once.
     * @throws GatewayError request_invalid, image_corrupt, too_many_images, body_too_large, unsupported_media_type, url_…
     */
    readChat(): Promise<ChatRequest>;
  }
}

interface ChatLimits {
  maxBodyBytes: number;
  /** Images by URL in one request: unlike those in the body, their bytes are bounded by nothing else. */
  maxFetchedImages: number;
  fetchImage: FetchImage;
}

/** Reads chat completions: checks what the gateway must know, takes the images out, leaves the rest as it is. */
export const chatPlugin = fp(
  async (app: FastifyInstance, { maxBodyBytes, maxFetchedImages, fetchImage }: ChatLimits) => {
    async function readImages(parts: readonly ImagePart[], request: FastifyRequest): Promise<ChatImage[]> {
      const decoded = parts.map(decodeImagePart);
      if (decoded.filter((image) => image === null).length > maxFetchedImages) {
        throw tooManyImages(`Send at most ${maxFetchedImages} images by URL, and others as data URIs.`);
      }
      const sources = parts.map((part, at) => decoded[at]?.bytes ?? part);
      const images = await fetchAll(sources, fetchImage, request);
      return images.map((bytes, at) => ({ bytes, base64: decoded[at]?.base64 ?? null }));
    }

    app.decorateRequest("readChat", async function readChat(this: FastifyRequest): Promise<ChatRequest> {
      if (!/^application\/json\s*(;|$)/i.test(this.headers["content-type"] ?? "")) {
        throw unsupportedMediaType("Send the chat completion as application/json.");
      }
      countUndeclaredBytes(this);
      const body = checkChatBody(await readJsonBody(this, maxBodyBytes));
      const { texts, images } = cutAtImages(body);
      return {
        model: body.model,
        isStream: body.stream === true,
        priority: this.priority,
        texts,
        images: await readImages(images, this),
        maxTokens: maxTokensOf(body),
      };
    });
  },
  { name: "chat", dependencies: ["upload"] },
);

/** The newer name wins in vLLM. What is no number is the backend's to refuse. */
function maxTokensOf(body: object): number | null {
  const { max_completion_tokens: newer, max_tokens: older } = body as Record<string, unknown>;
  const asked = newer ?? older;
  return typeof asked === "number" ? asked : null;
}
