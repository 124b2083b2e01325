import type { FastifyRequest } from "fastify";
import type { FetchImage } from "../../net/index.ts";
import { bodyTooLarge, imageCorrupt, imageMissing, requestInvalid, tooManyImages } from "../errors.ts";
import { readBody } from "./body.ts";
import { readJson } from "./options.ts";
import type { UploadLimits } from "./plugin.ts";
import { fetchNamed } from "./named-images.ts";
import type { NamedImage } from "./named-images.ts";
import type { Upload, UploadedImage } from "./upload.ts";

/** The `application/json` form: images in base64 or by URL, options as members. */
export async function readJsonForm(
  request: FastifyRequest,
  limits: UploadLimits,
  fetchImage: FetchImage,
): Promise<Upload> {
  const bytes = await readBody(request.raw, {
    limit: limits.maxBodyBytes,
    tooLarge: () => bodyTooLarge(`Send at most ${limits.maxBodyBytes} bytes.`),
    signal: request.deadline.signal,
  });
  if (bytes.length === 0) throw imageMissing('The body is empty. Send { "images": [{ "data": "<base64>" }] }.');
  if (Object.keys(request.query as object).length > 0) {
    throw requestInvalid("Options of a JSON request are members of its body, not of the query.");
  }
  const { images = [], options } = readJson(parseJson(bytes));
  if (options.deadline_ms !== undefined) request.deadline.narrow(options.deadline_ms);
  if (images.length === 0) throw imageMissing("`images` is missing or empty. Give at least one image.");
  if (images.length > limits.maxImages) throw tooManyImages(`Send at most ${limits.maxImages} images of one garment.`);
  // Every image is judged before the first is fetched.
  const read = images.map((image, at) => readImage(image, at, limits));
  return { images: await fetchNamed(read, fetchImage, request.deadline.signal), options };
}

interface JsonImage {
  data?: string;
  url?: string;
  view?: UploadedImage["view"];
}

function readImage(image: JsonImage, at: number, limits: UploadLimits): UploadedImage | NamedImage {
  const { data, url, view = "image" } = image;
  if (data === undefined && url !== undefined) return { view, url };
  if (data === undefined || url !== undefined) {
    throw requestInvalid("Each image has either `data` or `url`.", {
      errors: [{ path: `images.${at}`, message: "must have exactly one of data and url" }],
    });
  }
  const bytes = decodeBase64(data, at);
  if (bytes.length > limits.maxImageBytes) throw limits.imageTooLarge();
  return { view, bytes };
}

/** Strict base64: Node's decoder skips what it does not know, which would turn damage into another image. */
function decodeBase64(text: string, at: number): Buffer {
  const bytes = Buffer.from(text, "base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const isWhole = text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - padding;
  const isUnpadded = padding === 0 && text.length % 4 > 1 && bytes.length === Math.floor((text.length * 3) / 4);
  if (text.length === 0) throw imageMissing(`images[${at}].data is empty.`);
  if (!isWhole && !isUnpadded) {
    throw imageCorrupt(
      `images[${at}].data is not valid base64. Send plain base64 without a data: prefix or line breaks.`,
    );
  }
  return bytes;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    // The parser's own message quotes the body.
    throw requestInvalid("The body is not valid JSON.", { errors: [{ path: "", message: "must be valid JSON" }] });
  }
}
