import type { ChatImage } from "../../inference/index.ts";
import { decodeBase64, isCanonicalBase64 } from "../base64.ts";
import { imageCorrupt } from "../errors.ts";
import { invalid } from "./body.ts";
import type { ImagePart } from "./cut.ts";

/** Decodes an image part that carries its bytes; null for one that names an address. */
export function decodeImagePart({ url, path }: ImagePart): ChatImage | null {
  if (!/^data:/i.test(url)) return null;
  const comma = url.indexOf(",");
  if (!/;base64$/i.test(url.slice(0, Math.max(0, comma)))) {
    throw invalid(path, "is a data URI without base64. Write it as data:image/jpeg;base64,….");
  }
  const text = url.slice(comma + 1);
  const bytes = decodeBase64(text);
  if (bytes === undefined) {
    const message = "is not valid base64";
    throw imageCorrupt(`\`${path}\` ${message}. Send plain base64 without line breaks.`, {
      errors: [{ path, message }],
    });
  }
  return { bytes, base64: isCanonicalBase64(text) ? text : null };
}
