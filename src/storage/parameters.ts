import type { SqliteValue } from "./sqlite-protocol.ts";

/**
 * Makes a parameter what both databases take: flags become 0 or 1, a missing value null. NUL, which Postgres refuses in
 * text, becomes U+FFFD in both, so that one caller's character can neither fail a batch nor make the stores differ.
 * @throws TypeError for anything else; structured values are JSON text
 */
export function toParameter(value: unknown): SqliteValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value.includes("\0") ? value.replaceAll("\0", "\u{FFFD}") : value;
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Uint8Array) return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new TypeError(`a query parameter cannot be ${Object.prototype.toString.call(value)}; write it as JSON text`);
}
