/**
 * The bytes of base64 text, padded or not; undefined where it is none. Node's own decoder skips what it does not know,
 * which would turn damage into another image.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const isWhole = text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - padding;
  const isUnpadded = padding === 0 && text.length % 4 > 1 && bytes.length === Math.floor((text.length * 3) / 4);
  return isWhole || isUnpadded ? bytes : undefined;
}

/** Whether text that `decodeBase64` took is written as strict decoders want it: padded, and in the standard alphabet. */
export function isCanonicalBase64(text: string): boolean {
  return text.length % 4 === 0 && !text.includes("-") && !text.includes("_");
}
