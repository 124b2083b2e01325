import { readFileSync } from "node:fs";
import { sha256 } from "../../src/kernel/index.ts";
import type { Garment, Photo } from "./samples.ts";

/** One photo's bytes, ready to be sent. */
export interface Picture {
  view: Photo["view"];
  data: Buffer;
  /** Of the bytes: the answer must name the same. */
  sha256: string;
}

/** One request to POST /v1/attributes, whole. */
export interface Upload {
  /** What it stands for in the report: `raw`, `multipart`, `json`, `bad: …` and so on. */
  kind: string;
  body: Buffer;
  headers: Record<string, string>;
  query: Record<string, string>;
  priority: "interactive" | "bulk";
  deadlineMs: number;
  /** The error code that is the right answer; null: nine attributes are. */
  expects: string | null;
  /** What an answer must echo, where nine attributes are expected. */
  sampleId: string;
  imageHashes: string[];
}

export type Form = "raw" | "multipart" | "json";

export interface UploadOptions {
  kind?: string;
  sampleId: string;
  deadlineMs: number;
  priority?: Upload["priority"];
  /** Vision tokens for each photo; the gateway's own number where left out. */
  visionTokens?: number;
  /** Whether a stored or shared answer will do; else each request is a model's work. */
  isCacheable?: boolean;
  idempotencyKey?: string;
}

export function readPictures({ photos }: Garment): Picture[] {
  return photos.map(({ view, file }) => toPicture(view, readFileSync(file)));
}

export function toPicture(view: Photo["view"], data: Buffer): Picture {
  return { view, data, sha256: sha256(data) };
}

/** Writes photos into one of the three forms. The raw form holds one photo: the first. */
export function createUpload(form: Form, pictures: readonly Picture[], options: UploadOptions): Upload {
  const { kind = form, sampleId, deadlineMs, priority = "interactive", visionTokens } = options;
  const sent = form === "raw" ? pictures.slice(0, 1) : pictures;
  const told = {
    sample_id: sampleId,
    deadline_ms: deadlineMs,
    ...(visionTokens !== undefined && { vision_tokens: visionTokens }),
  };
  const asText = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)]));
  const { body, contentType } = encode(form, sent, told, asText);
  // The raw form has no other place for options than the query.
  const query = form === "raw" ? asText : {};
  const headers: Record<string, string> = { "content-type": contentType, "x-priority": priority };
  if (options.isCacheable !== true) headers["cache-control"] = "no-store";
  if (options.idempotencyKey !== undefined) headers["idempotency-key"] = options.idempotencyKey;
  const imageHashes = sent.map((picture) => picture.sha256);
  return { kind, body, headers, query, priority, deadlineMs, expects: null, sampleId, imageHashes };
}

function encode(
  form: Form,
  pictures: readonly Picture[],
  told: object,
  asText: Readonly<Record<string, string>>,
): { body: Buffer; contentType: string } {
  switch (form) {
    case "raw":
      return { body: (pictures[0] as Picture).data, contentType: "image/jpeg" };
    case "json": {
      const images = pictures.map(({ view, data }) => ({ view, data: data.toString("base64") }));
      return { body: Buffer.from(JSON.stringify({ images, ...told })), contentType: "application/json" };
    }
    case "multipart":
      return encodeMultipart(pictures, asText);
  }
}

const boundary = "----garment-gateway-loadtest";

/** Multipart as curl and browsers write it. */
export function encodeMultipart(
  pictures: readonly Pick<Picture, "view" | "data">[],
  fields: Readonly<Record<string, string>>,
): { body: Buffer; contentType: string } {
  const parts = [
    ...Object.entries(fields).map(([name, value]) =>
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
    ),
    ...pictures.flatMap(({ view, data }, at) => [
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="${view}"; filename="${view}-${at}"\r\n` +
          "content-type: application/octet-stream\r\n\r\n",
      ),
      data,
      Buffer.from("\r\n"),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ];
  return { body: Buffer.concat(parts), contentType: `multipart/form-data; boundary=${boundary}` };
}
