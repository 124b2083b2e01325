import { randomUUID } from "node:crypto";
import type { ChatCompletionBody, ChatContentPart } from "../../../schemas/index.ts";
import { invalid } from "./body.ts";

/** An image of a message, as its part names it. */
export interface ImagePart {
  url: string;
  /** Where it stands, such as `messages[0].content[1].image_url`. */
  path: string;
}

export interface CutBody {
  /** The body's JSON without `model`: the text before, between and after the base64 of the images. */
  texts: string[];
  images: ImagePart[];
}

/**
 * Cuts a body where its images go, so that they are checked and replaced and the rest is written as JSON once, whatever the
 * number of backends that are asked. Each content part is made anew from the members that count: vLLM finds media in
 * others too (a `uuid` makes it look for an `image_url` in a text), and so would fetch or reuse what nobody has checked.
 */
export function cutAtImages(body: ChatCompletionBody): CutBody {
  const images: ImagePart[] = [];
  // Nobody can guess it, so no text of a caller's can stand for an image.
  const mark = randomUUID();

  function remake({ type, image_url: image, ...texts }: ChatContentPart, path: string): object {
    if (type !== "image_url") return { type, [type]: texts[type] ?? missing(`${path}.${type}`) };
    if (image === undefined) return missing(`${path}.image_url`);
    images.push({ url: typeof image === "string" ? image : image.url, path: `${path}.image_url` });
    return { type, image_url: { url: `data:image/jpeg;base64,${mark}` } };
  }

  const messages = body.messages.map((message, m) => {
    if (!Array.isArray(message.content)) return message;
    return { ...message, content: message.content.map((part, p) => remake(part, `messages[${m}].content[${p}]`)) };
  });
  return { texts: JSON.stringify({ ...body, model: undefined, messages }).split(mark), images };
}

function missing(path: string): never {
  throw invalid(path, "is missing.");
}
