import type { CacheMode } from "../cache/index.ts";
import { requestInvalid } from "./errors.ts";

/** Longer than any client sends; what we do not read to its end we could not honour. */
const maxLength = 256;

/** Directives part at commas outside quoted strings (RFC 9111 section 5.2, RFC 9110 section 5.6.4). */
const directives = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;

/**
 * What a request's Cache-Control asks of the answer cache. Only `no-cache` and `no-store` mean something here, in any
 * case of letters, the stricter one where both are given; other directives are ignored, as RFC 9111 wants it.
 * @throws GatewayError request_invalid where the header is longer than 256 characters
 */
export function parseCacheControl(header: string | undefined): CacheMode {
  if (header === undefined) return "default";
  if (header.length > maxLength) {
    throw requestInvalid(`Send a Cache-Control header of at most ${maxLength} characters.`, {
      errors: [{ path: "header Cache-Control", message: `must be at most ${maxLength} characters` }],
    });
  }
  // An argument changes nothing: `no-cache="x"` asks for less caching still.
  const names = new Set<string | undefined>();
  for (const [directive] of header.matchAll(directives)) names.add(directive.split("=", 1)[0]?.trim().toLowerCase());
  if (names.has("no-store")) return "no-store";
  return names.has("no-cache") ? "no-cache" : "default";
}
