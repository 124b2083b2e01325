import { Agent, request } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Photos } from "./photos.ts";
import type { Outcome, Sample } from "./sample.ts";

export interface SendOptions {
  /** Pins the request to a backend. */
  model?: string;
  deadlineMs?: number;
}

/** A caller of POST /v1/attributes. */
export interface Client {
  /** Sends one photo. Never rejects: whatever happens is a sample. */
  send(options?: SendOptions & { dueAt?: number }): Promise<Sample>;
  close(): void;
}

/** Longer than any deadline in a bench: a request that hangs must end it as a failure, not stop it. */
const patienceMs = 30_000;

/** Opens a caller with as many keep-alive sockets as it takes. */
export function openClient(url: string, photos: Photos): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

  return {
    async send({ model, deadlineMs, dueAt } = {}) {
      const query = new URLSearchParams();
      if (model !== undefined) query.set("model", model);
      if (deadlineMs !== undefined) query.set("deadline_ms", String(deadlineMs));
      const body = photos.next();
      const sentAt = performance.now();
      const reply = await post(`${url}/v1/attributes?${query.toString()}`, body, agent).catch(
        (error: NodeJS.ErrnoException): Reply => ({
          outcome: "failed",
          code: error.code ?? error.message,
          backend: "",
          retryAfterSeconds: null,
        }),
      );
      return { dueAt: dueAt ?? sentAt, sentAt, endedAt: performance.now(), ...reply };
    },
    close: () => agent.destroy(),
  };
}

type Reply = Pick<Sample, "outcome" | "code" | "backend" | "retryAfterSeconds">;

function post(url: string, body: Buffer, agent: Agent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "image/jpeg",
      "content-length": body.length,
      // A stored or shared answer would not be the backends' work.
      "cache-control": "no-store",
    };
    const outgoing = request(url, { method: "POST", agent, headers }, (response) => {
      readReply(response).then(resolve, reject);
    });
    outgoing.setTimeout(patienceMs, () => outgoing.destroy(new Error("no answer")));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const answer = JSON.parse(Buffer.concat(chunks).toString()) as { code?: string; backend?: string };
  const retryAfter = response.headers["retry-after"];
  const code = response.statusCode === 200 ? "" : (answer.code ?? String(response.statusCode));
  return {
    outcome: outcomeOf(code),
    code,
    backend: answer.backend ?? "",
    retryAfterSeconds: retryAfter === undefined ? null : Number(retryAfter),
  };
}

function outcomeOf(code: string): Outcome {
  if (code === "") return "answered";
  if (code === "overloaded" || code === "rate_limited") return "shed";
  return code === "deadline_exceeded" ? "expired" : "failed";
}
