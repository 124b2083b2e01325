import type { MultipartFile } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { viewNames } from "../../../schemas/index.ts";
import type { ViewName } from "../../../schemas/index.ts";
import { GatewayError } from "../../kernel/index.ts";
import { bodyTooLarge, imageMissing, requestInvalid, tooManyImages, unsupportedMediaType } from "../errors.ts";
import { abortable } from "./abortable.ts";
import { readTextOptions } from "./options.ts";
import type { UploadLimits } from "./plugin.ts";
import type { Upload, UploadedImage } from "./upload.ts";

/** The `multipart/form-data` form: file parts are photos named by their view, other parts are options. */
export async function readMultipartForm(request: FastifyRequest, limits: UploadLimits): Promise<Upload> {
  if (!/boundary=[^\s;]/i.test(request.headers["content-type"] ?? "")) {
    throw unsupportedMediaType(
      "multipart/form-data needs a boundary. Let your HTTP library write the Content-Type header.",
    );
  }
  if (Number(request.headers["content-length"] ?? 0) > limits.maxBodyBytes) throw tooLarge(limits);
  const images: UploadedImage[] = [];
  const fields = new Map<string, string>();
  let total = 0;
  try {
    for await (const part of abortable(request.parts(), request.deadline.signal)) {
      if (part.type === "file") {
        if (images.length === limits.maxImages) {
          throw tooManyImages(`Send at most ${limits.maxImages} images of one garment.`);
        }
        const image = await readFile(part, limits, request.deadline.signal);
        total += image.bytes.length;
        images.push(image);
      } else {
        addField(fields, part.fieldname, part.value, part.valueTruncated);
        total += String(part.value).length;
      }
      if (total > limits.maxBodyBytes) throw tooLarge(limits);
    }
  } catch (error) {
    throw toUploadError(error, request);
  }
  for (const name of Object.keys(request.query as object)) {
    if (fields.has(name)) {
      throw requestInvalid("Some options do not fit; `errors` names each.", {
        errors: [{ path: name.slice(0, 100), message: "is given twice: in the query and as a field" }],
      });
    }
  }
  const options = readTextOptions({ ...(request.query as object), ...Object.fromEntries(fields) });
  if (options.deadline_ms !== undefined) request.deadline.narrow(options.deadline_ms);
  if (images.length === 0) {
    throw imageMissing("No part is a file. Send each photo as a file part named image, front, back, tag or detail.");
  }
  return { images, options };
}

async function readFile(part: MultipartFile, limits: UploadLimits, signal: AbortSignal): Promise<UploadedImage> {
  if (!isView(part.fieldname)) {
    throw requestInvalid("A file part's name is its view.", {
      errors: [{ path: part.fieldname.slice(0, 100), message: `must be one of ${viewNames.join(", ")}` }],
    });
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of abortable(part.file as AsyncIterable<Buffer>, signal)) {
    length += chunk.length;
    if (length > limits.maxImageBytes) throw limits.imageTooLarge();
    chunks.push(chunk);
  }
  if (length === 0) throw imageMissing(`The file part ${part.fieldname} is empty.`);
  return { view: part.fieldname, bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length) };
}

function addField(fields: Map<string, string>, name: string, value: unknown, isTruncated: boolean): void {
  if (isView(name)) {
    // What a form sends for a photo that nobody chose.
    if (value === "") return;
    throw requestInvalid("A photo is sent as a file part.", {
      errors: [{ path: name, message: "must be a file part (with a filename)" }],
    });
  }
  if (fields.has(name) || isTruncated || typeof value !== "string") {
    const message = fields.has(name) ? "is given twice" : "must be a short text field";
    throw requestInvalid("Some options do not fit; `errors` names each.", {
      errors: [{ path: name.slice(0, 100), message }],
    });
  }
  fields.set(name, value);
}

function isView(name: string): name is ViewName {
  return (viewNames as readonly string[]).includes(name);
}

function tooLarge(limits: UploadLimits): GatewayError {
  return bodyTooLarge(`Send at most ${limits.maxBodyBytes} bytes.`);
}

/** The parser's complaints in the contract's words; a passed deadline or a caller that left keeps its own reason. */
function toUploadError(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof GatewayError) return error;
  if (request.deadline.signal.aborted) return request.deadline.signal.reason;
  return requestInvalid("The multipart body is not well-formed, or has too many fields.", { cause: error });
}
