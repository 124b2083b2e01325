import type { FastifyRequest } from "fastify";
import { bodyTooLarge, imageMissing, imageTooLarge } from "../errors.ts";
import { readBody } from "./body.ts";
import { readTextOptions } from "./options.ts";
import type { UploadLimits } from "./plugin.ts";
import type { Upload } from "./upload.ts";

/** The `image/*` form: the body is the image, the query holds the options. */
export async function readRawForm(request: FastifyRequest, limits: UploadLimits): Promise<Upload> {
  const options = readTextOptions(request.query as Record<string, unknown>);
  if (options.deadline_ms !== undefined) request.deadline.narrow(options.deadline_ms);
  const isWholeBodyFirst = limits.maxBodyBytes <= limits.maxImageBytes;
  const bytes = await readBody(request.raw, {
    limit: Math.min(limits.maxBodyBytes, limits.maxImageBytes),
    tooLarge: () =>
      isWholeBodyFirst || Number(request.headers["content-length"] ?? 0) > limits.maxBodyBytes
        ? bodyTooLarge(`Send at most ${limits.maxBodyBytes} bytes.`)
        : imageTooLarge(`Send an image of at most ${limits.maxImageBytes} bytes.`),
    signal: request.deadline.signal,
  });
  if (bytes.length === 0) throw imageMissing("The body is empty. Send the image's bytes as the body.");
  return { images: [{ view: "image", bytes }], options };
}
