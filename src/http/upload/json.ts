import type { FastifyRequest } from "fastify";
import type { FetchImage } from "../../net/index.ts";
import { decodeBase64 } from "../base64.ts";
import { imageCorrupt, imageMissing, requestInvalid, tooManyImages } from "../errors.ts";
import { fetchAll } from "../fetch-all.ts";
import type { NamedImage } from "../fetch-all.ts";
import { readJsonBody } from "../json-body.ts";
import { readJson } from "./options.ts";
import type { UploadLimits } from "./plugin.ts";
import type { Upload } from "./upload.ts";

/** The `application/json` form: images in base64 or by URL, options as members. */
export async function readJsonForm(
  request: FastifyRequest,
  limits: UploadLimits,
  fetchImage: FetchImage,
): Promise<Upload> {
  const body = await readJsonBody(request, limits.maxBodyBytes);
  if (body === undefined) throw imageMissing('The body is empty. Send { "images": [{ "data": "<base64>" }] }.');
  if (Object.keys(request.query as object).length > 0) {
    throw requestInvalid("Options of a JSON request are members of its body, not of the query.");
  }
  const { images = [], options } = readJson(body);
  if (options.deadline_ms !== undefined) request.deadline.narrow(options.deadline_ms);
  if (images.length === 0) throw imageMissing("`images` is missing or empty. Give at least one image.");
  if (images.length > limits.maxImages) throw tooManyImages(`Send at most ${limits.maxImages} images of one garment.`);
  // Every image is judged before the first is fetched.
  const sources = images.map((image, at) => readImage(image, at, limits));
  const read = await fetchAll(sources, fetchImage, request);
  return { images: read.map((bytes, at) => ({ view: images[at]?.view ?? "image", bytes })), options };
}

interface JsonImage {
  data?: string;
  url?: string;
}

function readImage({ data, url }: JsonImage, at: number, limits: UploadLimits): Buffer | NamedImage {
  if (data === undefined && url !== undefined) return { url, path: `images.${at}.url` };
  if (data === undefined || url !== undefined) {
    throw requestInvalid("Each image has either `data` or `url`.", {
      errors: [{ path: `images.${at}`, message: "must have exactly one of data and url" }],
    });
  }
  // By the text's length first: what is far too large must not be decoded to find that out.
  if (data.length > Math.ceil(limits.maxImageBytes / 3) * 4 + 4) throw limits.imageTooLarge();
  const bytes = decode(data, at);
  if (bytes.length > limits.maxImageBytes) throw limits.imageTooLarge();
  return bytes;
}

function decode(text: string, at: number): Buffer {
  if (text.length === 0) throw imageMissing(`images[${at}].data is empty.`);
  const bytes = decodeBase64(text);
  if (bytes === undefined) {
    throw imageCorrupt(
      `images[${at}].data is not valid base64. Send plain base64 without a data: prefix or line breaks.`,
    );
  }
  return bytes;
}
