import multipart from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { GatewayError } from "../../kernel/index.ts";
import type { FetchImage } from "../../net/index.ts";
import { imageMissing, imageTooLarge, unsupportedMediaType } from "../errors.ts";
import { countUndeclaredBytes } from "../admission.ts";
import { drainUnreadBody } from "./drain.ts";
import { readJsonForm } from "./json.ts";
import { readMultipartForm } from "./multipart.ts";
import { readRawForm } from "./raw.ts";
import type { Upload } from "./upload.ts";

export interface UploadLimits {
  maxBodyBytes: number;
  maxImageBytes: number;
  maxImages: number;
  imageTooLarge: () => GatewayError;
}

interface UploadOptions extends Omit<UploadLimits, "imageTooLarge"> {
  fetchImage: FetchImage;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Reads this request's photos and options; call it once. */
    readUpload(): Promise<Upload>;
  }
}

/** More than any options need; what exceeds it is refused by the parser. */
const maxFields = 20;
const maxFieldBytes = 64 * 1024;

type Form = "raw" | "json" | "multipart";

/** Accepts the three forms of an upload and nothing else: Fastify's own text/plain and JSON parsers are removed. */
export const uploadPlugin = fp(
  async (app: FastifyInstance, { fetchImage, ...options }: UploadOptions) => {
    const limits: UploadLimits = {
      ...options,
      imageTooLarge: () => imageTooLarge(`Send images of at most ${options.maxImageBytes} bytes each.`),
    };
    app.removeAllContentTypeParsers();
    // The stream is left unread: the form's own reader takes it, within its own limits.
    app.addContentTypeParser("application/json", async () => null);
    app.addContentTypeParser(/^image\//i, async () => null);
    await app.register(multipart, {
      throwFileSizeLimit: false,
      limits: {
        // One more of each than allowed: our own check then answers with the contract's code, not the parser's.
        files: limits.maxImages + 1,
        fileSize: limits.maxImageBytes + 1,
        fields: maxFields,
        fieldSize: maxFieldBytes,
        headerPairs: 50,
      },
    });
    app.decorateRequest("readUpload", async function readUpload(this: FastifyRequest): Promise<Upload> {
      const form = formOf(this);
      // In the same turn as the reader below: both listen to the same stream.
      countUndeclaredBytes(this);
      switch (form) {
        case "multipart":
          return readMultipartForm(this, limits);
        case "json":
          return readJsonForm(this, limits, fetchImage);
        case "raw":
          return readRawForm(this, limits);
      }
    });
    app.addHook("onSend", async (request) => {
      drainUnreadBody(request.raw, limits.maxBodyBytes);
    });
  },
  { name: "upload", dependencies: ["request-context"] },
);

function formOf(request: FastifyRequest): Form {
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "multipart/form-data") return "multipart";
  if (type === "application/json") return "json";
  if (type.startsWith("image/")) return "raw";
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  if (!hasBody) throw imageMissing("The body is empty. Send the image's bytes with a Content-Type of image/jpeg, say.");
  throw unsupportedMediaType("Send multipart/form-data, an image/* body, or application/json.");
}
