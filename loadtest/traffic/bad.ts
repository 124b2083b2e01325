import { crc32, deflateSync } from "node:zlib";
import { createUpload, encodeMultipart } from "./request.ts";
import type { Picture, Upload } from "./request.ts";

/** A wrong upload, and the error code that the caller must be told. */
interface Mistake {
  name: string;
  code: string;
  write(picture: Picture): Partial<Pick<Upload, "body" | "headers" | "query">>;
}

const json = { "content-type": "application/json" };
const jsonBody = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)), headers: json, query: {} });

/** A PNG that declares 60000 x 60000 pixels and is as good as empty. */
const hugePng = Buffer.concat([
  Buffer.from("89504e470d0a1a0a", "hex"),
  pngChunk("IHDR", Buffer.from("0000ea600000ea600802000000", "hex")),
  pngChunk("IDAT", deflateSync(Buffer.alloc(16))),
  pngChunk("IEND", Buffer.alloc(0)),
]);

function pngChunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, checksum]);
}

const mistakes: readonly Mistake[] = [
  { name: "empty body", code: "image_missing", write: () => ({ body: Buffer.alloc(0) }) },
  { name: "no images in JSON", code: "image_missing", write: () => jsonBody({ images: [] }) },
  { name: "text as an image", code: "unsupported_media_type", write: () => ({ body: Buffer.from("not a photo\n") }) },
  {
    name: "cut-off image",
    code: "image_corrupt",
    write: ({ data }) => ({ body: data.subarray(0, 200) }),
  },
  { name: "broken base64", code: "image_corrupt", write: () => jsonBody({ images: [{ data: "?!?!" }] }) },
  { name: "too many pixels", code: "image_too_many_pixels", write: () => ({ body: hugePng }) },
  { name: "unknown option", code: "request_invalid", write: () => ({ query: { colour: "blue" } }) },
  { name: "deadline in words", code: "request_invalid", write: () => ({ query: { deadline_ms: "soon" } }) },
  { name: "unknown model", code: "not_found", write: () => ({ query: { model: "no-such-model" } }) },
  {
    name: "five photos",
    code: "too_many_images",
    write: ({ data }) => {
      const { body, contentType } = encodeMultipart(
        Array.from({ length: 5 }, () => ({ view: "image", data })),
        {},
      );
      return { body, headers: { "content-type": contentType } };
    },
  },
];

/** Every kind of wrong upload once, in a fixed order, around a photo that is right. */
export function createBadUploads(picture: Picture, deadlineMs: number): Upload[] {
  return mistakes.map(({ name, code, write }) => {
    const right = createUpload("raw", [picture], { sampleId: "bad", deadlineMs });
    const wrong = write(picture);
    return Object.assign(right, wrong, {
      headers: { ...right.headers, ...wrong.headers },
      query: wrong.query ?? { deadline_ms: String(deadlineMs) },
      kind: `bad: ${name}`,
      expects: code,
    });
  });
}
