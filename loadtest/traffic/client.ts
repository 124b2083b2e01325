import { Agent, request } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import type { Upload } from "./request.ts";
import { judgeReply } from "./reply.ts";
import type { Reply } from "./reply.ts";

/** What became of one request; times in milliseconds of one monotonic clock. */
export interface Sample extends Reply {
  kind: string;
  priority: Upload["priority"];
  /** Requests with the same one share an answer. */
  idempotencyKey: string | null;
  deadlineMs: number;
  /** When it was due: a late generator or gateway is part of the latency. */
  dueAt: number;
  sentAt: number;
  endedAt: number;
}

export interface Client {
  /** Never rejects: whatever happens is a sample. */
  send(upload: Upload, dueAt?: number): Promise<Sample>;
  /** Cuts off whatever is still open. */
  close(): void;
}

/** Beyond its deadline a request gets this long, and has failed then: nothing that hangs may hang the run. */
const patienceMs = 10_000;

/** Opens a caller with as many keep-alive sockets as it takes. */
export function openClient(url: string, key: string | null): Client {
  const isTls = url.startsWith("https:");
  const options = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
  const agent = isTls ? new TlsAgent(options) : new Agent(options);
  const open = isTls ? tlsRequest : request;
  let count = 0;

  function post(upload: Upload, requestId: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...upload.headers,
        ...(key !== null && { authorization: `Bearer ${key}` }),
        "content-length": upload.body.length,
        "x-request-id": requestId,
      };
      const target = `${url}/v1/attributes?${new URLSearchParams(upload.query).toString()}`;
      const outgoing = open(target, { method: "POST", agent, headers }, (response) => {
        readBody(response).then((body) => resolve(judgeReply(upload, requestId, response, body)), reject);
      });
      const timer = setTimeout(() => outgoing.destroy(new Error("no_answer")), upload.deadlineMs + patienceMs);
      outgoing.on("close", () => clearTimeout(timer));
      outgoing.on("error", reject);
      outgoing.end(upload.body);
    });
  }

  return {
    async send(upload, dueAt) {
      count += 1;
      const sentAt = performance.now();
      const reply = await post(upload, `load-${count}`).catch((error: NodeJS.ErrnoException): Reply => ({
        status: 0,
        outcome: "failed",
        code: error.code ?? error.message,
        id: null,
        backend: null,
        cache: null,
        isClean: false,
        retryAfterSeconds: null,
      }));
      return {
        kind: upload.kind,
        priority: upload.priority,
        idempotencyKey: upload.headers["idempotency-key"] ?? null,
        deadlineMs: upload.deadlineMs,
        dueAt: dueAt ?? sentAt,
        sentAt,
        endedAt: performance.now(),
        ...reply,
      };
    },
    close: () => agent.destroy(),
  };
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
