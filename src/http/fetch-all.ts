import { GatewayError } from "../kernel/index.ts";
import type { FetchImage } from "../net/index.ts";

/** An image that a request names by its URL. */
interface NamedImage {
  url: string;
  /** Where in the request it stands. */
  path: string;
}

/** Fetches images side by side, in their order; the first failure ends the other fetches and says which image it is about. */
export async function fetchAll(
  images: readonly NamedImage[],
  fetchImage: FetchImage,
  signal: AbortSignal,
): Promise<Buffer[]> {
  if (images.length === 0) return [];
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);

  async function fetchOne({ url, path }: NamedImage): Promise<Buffer> {
    try {
      return await fetchImage(url, either);
    } catch (error) {
      throw either.aborted ? error : atPlace(error, path);
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
