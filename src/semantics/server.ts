import { openPool } from "../net/index.ts";
import type { HttpPool } from "../net/index.ts";

/** One server that is asked, with every default filled in. */
export interface SemanticsServer {
  /** Its root, without a path. */
  url: string;
  api: "tei" | "openai";
  /** Named in requests of the OpenAI form. */
  model: string;
  apiKey: string | null;
  /** The longest that anyone waits for it, queueing included. */
  timeoutMs: number;
  /** Requests at once. */
  maxConcurrency: number;
  /** Texts, or pairs of them, in one request. */
  maxBatch: number;
}

/** Its answer is none that we understand, or a status other than 200. */
export class ServerAnswerError extends Error {
  /** The texts were refused, not the request: another batch may pass. */
  readonly isAboutTexts: boolean;

  constructor(message: string, isAboutTexts = false) {
    super(message);
    this.name = "ServerAnswerError";
    this.isAboutTexts = isAboutTexts;
  }
}

/** Sends JSON to one path and returns the JSON of a 200. Throws NetError or ServerAnswerError. */
export type Post = (path: string, body: unknown, signal: AbortSignal) => Promise<unknown>;

/** Two vectors of 4,096 numbers with 20 characters each fill this for every text of a batch. */
const maxAnswerBytesPerText = 160_000;

/** Too long for the model, or not to be tokenised (TEI answers 413 and 422, vLLM 400). */
const statusesAboutTexts: ReadonlySet<number> = new Set([400, 413, 422]);

/** Connections to a server; nothing is connected before the first request. */
export function connect(server: SemanticsServer): { post: Post; pool: HttpPool } {
  const pool = openPool({
    origin: server.url,
    connections: server.maxConcurrency,
    keepAliveTimeoutMs: 4000,
    connectTimeoutMs: server.timeoutMs,
  });
  const headers = {
    "content-type": "application/json",
    ...(server.apiKey !== null && { authorization: `Bearer ${server.apiKey}` }),
  };
  return {
    pool,
    async post(path, body, signal) {
      const { status, body: bytes } = await pool.request({
        method: "POST",
        path,
        headers,
        body: JSON.stringify(body),
        signal,
        maxBodyBytes: maxAnswerBytesPerText * server.maxBatch,
      });
      if (status !== 200) throw new ServerAnswerError(`status ${status}`, statusesAboutTexts.has(status));
      try {
        return JSON.parse(bytes.toString()) as unknown;
      } catch {
        throw new ServerAnswerError("no JSON");
      }
    },
  };
}
