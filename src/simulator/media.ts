import { LRUCache } from "lru-cache";
import type { Family } from "../families/index.ts";
import { decodePixels } from "../image/index.ts";
import { sha256 } from "../kernel/index.ts";
import { badRequest, internalError } from "./protocol/wire-error.ts";
import type { Sighting, Vision } from "./sighting.ts";

/** One image of a prompt, decoded and looked at. */
export interface LoadedImage {
  /** Stands for the image in the prefix cache. */
  key: number;
  visionTokens: number;
  megapixels: number;
  sighting: Sighting;
}

/** An image as a request gives it: bytes, a cache key of the client's choice, or both. */
interface ImageSource {
  bytes: Buffer | null;
  uuid: string | null;
}

/** Loads images for the model; the most recent ones are kept, like vLLM's multi-modal processor cache. */
export interface Media {
  load(source: ImageSource): Promise<LoadedImage>;
  clear(): void;
  /** Items asked for and found since the start. */
  readonly queries: number;
  readonly hits: number;
}

const maxEntries = 256;
/** The eyes see no more than this; a larger image is shrunk for them, its tokens still count in full. */
const maxEyeSide = 1536;

export function createMedia(family: Family, vision: Vision): Media {
  const loaded = new LRUCache<string, Promise<LoadedImage>>({ max: maxEntries });
  let queries = 0;
  let hits = 0;

  async function read(bytes: Buffer, cacheKey: string): Promise<LoadedImage> {
    const pixels = await decode(bytes);
    const size = { width: pixels.sourceWidth, height: pixels.sourceHeight };
    return {
      key: Number.parseInt(sha256(cacheKey).slice(0, 12), 16),
      visionTokens: countTokens(family, size),
      megapixels: (size.width * size.height) / 1e6,
      sighting: await vision.look(pixels),
    };
  }

  return {
    load({ bytes, uuid }) {
      // vLLM takes the client's uuid as it is: two images under one uuid are one image to it.
      const cacheKey = uuid ?? sha256(bytes ?? "");
      queries += 1;
      const known = loaded.get(cacheKey);
      if (known !== undefined) {
        hits += 1;
        return known;
      }
      if (bytes === null) return Promise.reject(internalError("Expected a cached item for mm_hash, but found none."));
      const image = read(bytes, cacheKey);
      loaded.set(cacheKey, image);
      image.catch(() => loaded.delete(cacheKey));
      return image;
    },
    clear: () => loaded.clear(),
    get queries() {
      return queries;
    },
    get hits() {
      return hits;
    },
  };
}

async function decode(bytes: Buffer): ReturnType<typeof decodePixels> {
  try {
    return await decodePixels(bytes, maxEyeSide);
  } catch {
    throw badRequest("Failed to load image: cannot identify image file", "image");
  }
}

function countTokens(family: Family, size: { width: number; height: number }): number {
  const ratio = Math.max(size.width, size.height) / Math.min(size.width, size.height);
  if (ratio > 200) throw badRequest(`absolute aspect ratio must be smaller than 200, got ${ratio}`);
  return family.countTokens(size);
}
