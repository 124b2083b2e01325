import type { PreparedImage } from "../image/index.ts";
import type { ChatImage } from "./chat-completion.ts";

interface ChatBodyParts {
  /** The backend's own name of its model. */
  model: string;
  /** JSON of an object with at least one member, cut where the images' base64 belongs. */
  texts: readonly string[];
  images: readonly ChatImage[];
  /** The same images, prepared. */
  prepared: readonly PreparedImage[];
}

/** A chat completion's body for one backend, in one buffer into which each image is written once. */
export function fillChatBody({ model, texts, images, prepared }: ChatBodyParts): Buffer {
  const base64 = prepared.map((image, at) => encode(image, images[at]));
  const [first = "", ...others] = texts;
  const pieces = [`{"model":${JSON.stringify(model)},${first.slice(1)}`, ...others];
  let length = 0;
  for (const text of pieces) length += Buffer.byteLength(text);
  for (const text of base64) length += text.length;
  const body = Buffer.allocUnsafe(length);
  let end = 0;
  for (const [at, text] of pieces.entries()) {
    end += body.write(text, end, "utf8");
    end += body.write(base64[at] ?? "", end, "latin1");
  }
  return body;
}

/** An image that needed no change keeps the base64 that it came in. */
function encode({ isUntouched, jpeg }: PreparedImage, image: ChatImage | undefined): string {
  return (isUntouched ? image?.base64 : null) ?? jpeg.toString("base64");
}
