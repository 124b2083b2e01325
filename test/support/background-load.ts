import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import sharp from "sharp";

interface LoadOptions {
  /** Callers at once, each with its next request as soon as it has an answer. */
  callers: number;
  /** Sends the n-th request; its answer is read to the end and forgotten. */
  send: (n: number) => Promise<Response>;
  /** Pause of a caller between two requests, in milliseconds. */
  pauseMs?: number;
}

/** Callers who send one request after the other until `stop` is called. Failures are what is wanted: they are counted. */
export function startLoad(t: TestContext, { callers, send, pauseMs = 20 }: LoadOptions) {
  const ending = new AbortController();
  let count = 0;
  const statuses = new Map<number, number>();

  async function call(): Promise<void> {
    while (!ending.signal.aborted) {
      const n = (count += 1);
      const status = await send(n).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 0,
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  // A test that fails must not go on calling.
  t.after(() => ending.abort());
  const running = Array.from({ length: callers }, call);
  return {
    statuses,
    async stop(): Promise<void> {
      ending.abort();
      await Promise.all(running);
    },
  };
}

const samplePhoto = readFileSync("samples/garments/001-front.jpg");

/** The n-th of any number of photos that look alike and are not the same: a JPEG may say whatever it likes of its density. */
export function photo(n: number): Buffer {
  const copy = Buffer.from(samplePhoto);
  copy.writeUInt32BE(n, 14);
  return copy;
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** The same photo in other formats. */
export async function otherFormats(): Promise<{ type: string; bytes: Buffer }[]> {
  const image = sharp(samplePhoto).resize(400);
  return [
    { type: "image/png", bytes: await image.clone().png().toBuffer() },
    { type: "image/webp", bytes: await image.clone().webp().toBuffer() },
  ];
}

/** Sends a photo for its attributes. */
export function postPhoto(
  url: string,
  bytes: Buffer,
  headers: Record<string, string> = {},
  query = "",
): Promise<Response> {
  return fetch(`${url}/v1/attributes${query}`, {
    method: "POST",
    headers: { "content-type": "image/jpeg", ...headers },
    body: new Uint8Array(bytes),
  });
}

/** Sends a photo by OpenAI's API. */
export function chat(url: string, bytes: Buffer, stream: boolean): Promise<Response> {
  const image = { type: "image_url", image_url: { url: `data:image/jpeg;base64,${bytes.toString("base64")}` } };
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: "b0",
      stream,
      max_tokens: 60,
      messages: [{ role: "user", content: [{ type: "text", text: "What is it?" }, image] }],
    }),
  });
}

/** Labels of photos, by their digest. */
export function postLabels(
  url: string,
  photos: readonly Buffer[],
  labels: Record<string, string | null>,
): Promise<Response> {
  return fetch(`${url}/v1/labels`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: photos.map((bytes) => JSON.stringify({ image_sha256: sha256(bytes), labels })).join("\n"),
  });
}

export const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
