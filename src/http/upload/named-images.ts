import { GatewayError } from "../../kernel/index.ts";
import type { FetchImage } from "../../net/index.ts";
import type { UploadedImage } from "./upload.ts";

/** A photo that the request names by its URL. */
export interface NamedImage {
  view: UploadedImage["view"];
  url: string;
}

/** Fetches the photos that a request names, side by side; the first failure ends the other fetches. */
export async function fetchNamed(
  images: readonly (UploadedImage | NamedImage)[],
  fetchImage: FetchImage,
  signal: AbortSignal,
): Promise<UploadedImage[]> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);

  async function fetchOne(image: UploadedImage | NamedImage, at: number): Promise<UploadedImage> {
    if ("bytes" in image) return image;
    try {
      return { view: image.view, bytes: await fetchImage(image.url, either) };
    } catch (error) {
      throw either.aborted ? error : atPlace(error, `images.${at}.url`);
    }
  }

  try {
    return await Promise.all(images.map(fetchOne));
  } finally {
    failure.abort();
  }
}

/** The same error, which says which of several images it is about. */
function atPlace(error: unknown, path: string): unknown {
  if (!(error instanceof GatewayError)) return error;
  const { definition, message, retryable, cause } = error;
  return new GatewayError(definition, message, { retryable, cause, errors: [{ path, message }] });
}
