import { badRequest, wireError } from "./wire-error.ts";

/**
 * The bytes of an image part's URL. Only base64 data URLs carry any: other data URLs are not implemented (501), addresses
 * are never fetched (422, and like vLLM the message repeats the address), anything else is a 400.
 */
export function readImageUrl(url: string): Buffer {
  if (/^https?:/i.test(url))
    throw wireError(422, "UnprocessableEntityError", `Failed to fetch image from URL: ${url}`, "image_url");
  if (!/^data:/i.test(url)) throw badRequest("The URL must be either a HTTP, data or file URL.", "image");
  const comma = url.indexOf(",");
  if (comma === -1) throw badRequest("Failed to load image: not a data URL.", "image");
  if (!/;base64$/i.test(url.slice(0, comma)))
    throw wireError(501, "NotImplementedError", "Only base64 data URLs are supported for now.");
  const data = url.slice(comma + 1);
  // Strict as there: no line breaks, no other alphabet, whole quartets.
  if (data.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(data))
    throw badRequest("Failed to load image: Only base64 data is allowed", "image");
  return Buffer.from(data, "base64");
}
