import type { FastifyRequest } from "fastify";
import { GatewayError } from "../kernel/index.ts";
import type { FetchImage } from "../net/index.ts";

/** An image that a request names by its URL. */
export interface NamedImage {
  url: string;
  /** Where in the request it stands. */
  path: string;
}

/**
 * The bytes of all images, in their order: those that are only named are fetched side by side. The first failure ends the
 * other fetches and says which image it is about. What was fetched counts against the bytes in flight like a body.
 */
export async function fetchAll(
  images: readonly (Buffer | NamedImage)[],
  fetchImage: FetchImage,
  { deadline, ticket }: Pick<FastifyRequest, "deadline" | "ticket">,
): Promise<Buffer[]> {
  const failure = new AbortController();
  const either = AbortSignal.any([deadline.signal, failure.signal]);

  async function bytesOf(image: Buffer | NamedImage): Promise<Buffer> {
    if (Buffer.isBuffer(image)) return image;
    const bytes = await fetchNamed(image);
    ticket.addBytes(bytes.length);
    return bytes;
  }

  async function fetchNamed(image: NamedImage): Promise<Buffer> {
    try {
      return await fetchImage(image.url, either);
    } catch (error) {
      throw either.aborted ? error : atPlace(error, image.path);
    }
  }

  try {
    return await Promise.all(images.map(bytesOf));
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
