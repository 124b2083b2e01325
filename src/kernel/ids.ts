import { randomFillSync } from "node:crypto";

/**
 * A time-ordered unique id (UUID version 7, RFC 9562) behind a prefix, such as `gar_019…`: rows sort by creation, and
 * the prefix says what the id names.
 */
export function createId(prefix: string, wallMs: number): string {
  const bytes = randomFillSync(Buffer.allocUnsafe(16));
  bytes.writeUIntBE(wallMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return prefix + bytes.toString("hex");
}
