import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** One request as the stub saw it. */
export interface StubCall {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** The body as JSON; undefined where it is none. */
  json: StubChatBody | undefined;
  /** 1 for the first connection that the stub accepted, and so on. */
  connection: number;
  /** 1 for the first request on that connection. */
  requestOnConnection: number;
  /** Resolves when the client closed the socket before the stub had answered. */
  abandoned: Promise<void>;
}

/** The members of a chat body that tests look at. */
export interface StubChatBody {
  model?: string;
  messages?: { role: string; content: unknown }[];
  response_format?: { type: string; json_schema: { name: string; schema: StubSchema } };
  logprobs?: boolean;
  [member: string]: unknown;
}

interface StubSchema {
  const?: unknown;
  enum?: unknown[];
  type?: string | string[];
  properties?: Record<string, StubSchema>;
  anyOf?: StubSchema[];
}

/** What the stub does with a request. */
export type StubReply =
  | { status?: number; headers?: Record<string, string>; json: unknown }
  | { status?: number; headers?: Record<string, string>; text: string }
  /** These bytes on the wire, then the connection is reset (or left open for ever). */
  | { raw: string; afterwards: "reset" | "stall" }
  /** Resets the connection without a byte. */
  | "reset"
  /** Never answers. */
  | "stall";

type Answer = (call: StubCall) => StubReply | Promise<StubReply>;

/** A scriptable server that speaks as much of vLLM's HTTP as the gateway's own tests need. It runs no model. */
export interface StubVllm {
  /** `http://127.0.0.1:PORT`, the same after a restart. */
  readonly url: string;
  readonly calls: StubCall[];
  /** Sockets open right now. */
  readonly openSockets: number;
  /** The served model names. */
  models: string[];
  /** Whether response_format is obeyed. Off: every answer is prose, as with a server that has lost guidance. */
  guided: boolean;
  /** Prompt tokens that every chat answer reports. */
  promptTokens: number;
  /** The count that /tokenize answers; null: the route does not exist. */
  tokenCount: number | null;
  /** Replaces the answer to chat calls that are no grammar probe. */
  onChat: Answer | null;
  /** Replaces the answer to every request. */
  onAny: Answer | null;
  /** Calls to a path, oldest first. */
  callsTo(path: string): StubCall[];
  /** The chat calls that are no grammar probe. */
  liveCalls(): StubCall[];
  /** Resolves once `count` requests that fit have arrived. */
  waitForCalls(count: number, fits?: (call: StubCall) => boolean): Promise<void>;
  /** Closes the port and every socket; connections are refused until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const chatPath = "/v1/chat/completions";

/** A grammar probe asks for one object whose only member is a constant. */
export function isProbe(call: StubCall): boolean {
  const properties = Object.values(call.json?.response_format?.json_schema.schema.properties ?? {});
  return call.path === chatPath && properties.length === 1 && typeof properties[0]?.const === "string";
}

/** A value that fits a schema made of the keywords that the gateway uses. */
function fill(schema: StubSchema): unknown {
  if ("const" in schema) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf?.[0] !== undefined) return fill(schema.anyOf[0]);
  if (schema.properties !== undefined) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, member]) => [name, fill(member)]));
  }
  return [schema.type].flat()[0] === "string" ? "x" : null;
}

/** A 200 chat answer with this content, in the shape that vLLM gives it. */
export function chatAnswer(content: string, body: StubChatBody = {}, promptTokens = 10) {
  const tokens = Array.from(content).map((token) => ({ token, logprob: -0.01, bytes: Array.from(Buffer.from(token)) }));
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1700000000,
    model: body.model ?? "m",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, refusal: null, reasoning: null },
        logprobs:
          body.logprobs === true
            ? {
                content: tokens.map((token) => ({
                  ...token,
                  top_logprobs: [token, { ...token, token: "~", logprob: -5 }],
                })),
              }
            : null,
        finish_reason: "stop",
        stop_reason: null,
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: tokens.length,
      total_tokens: promptTokens + tokens.length,
    },
  };
}

/** Starts a stub on a free loopback port; it serves the model `m` and obeys schemas. */
export async function openStub(): Promise<StubVllm> {
  const sockets = new Set<Socket>();
  const serials = new WeakMap<Socket, { connection: number; requests: number }>();
  const waiters = new Set<() => void>();
  let connections = 0;
  let port = 0;
  let server = create();

  function create(): Server {
    const created = createServer({ keepAliveTimeout: 60_000 }, (request, response) => void handle(request, response));
    created.on("connection", (socket) => {
      sockets.add(socket);
      serials.set(socket, { connection: (connections += 1), requests: 0 });
      socket.on("close", () => sockets.delete(socket));
    });
    return created;
  }

  function listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const serial = serials.get(request.socket) ?? { connection: 0, requests: 0 };
    serial.requests += 1;
    const requestOnConnection = serial.requests;
    const abandoned = new Promise<void>((resolve) => {
      response.once("close", () => {
        if (!response.writableFinished) resolve();
      });
    });
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // The client went away while it was sending.
    }
    const body = Buffer.concat(chunks).toString();
    const call: StubCall = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body,
      json: parse(body),
      connection: serial.connection,
      requestOnConnection,
      abandoned,
    };
    stub.calls.push(call);
    for (const wake of waiters) wake();
    send(await answer(call), request.socket, response);
  }

  async function answer(call: StubCall): Promise<StubReply> {
    if (stub.onAny !== null) return stub.onAny(call);
    if (call.path === "/v1/models")
      return { json: { object: "list", data: stub.models.map((id) => ({ id, root: id, max_model_len: 8192 })) } };
    if (call.path === "/version") return { json: { version: "0.29.0" } };
    if (call.path === "/tokenize" && stub.tokenCount !== null)
      return { json: { count: stub.tokenCount, max_model_len: 8192 } };
    if (call.path !== chatPath) return { status: 404, json: { detail: "Not Found" } };
    if (stub.onChat !== null && !isProbe(call)) return stub.onChat(call);
    const schema = call.json?.response_format?.json_schema.schema;
    const content = stub.guided && schema !== undefined ? JSON.stringify(fill(schema)) : "A nice blue shirt.";
    return { json: chatAnswer(content, call.json, stub.promptTokens) };
  }

  function send(reply: StubReply, socket: Socket, response: ServerResponse): void {
    if (reply === "stall") return;
    if (reply === "reset") {
      socket.resetAndDestroy();
    } else if ("raw" in reply) {
      socket.write(reply.raw, () => {
        if (reply.afterwards === "reset") socket.resetAndDestroy();
      });
    } else {
      const isJson = "json" in reply;
      response.writeHead(reply.status ?? 200, {
        "content-type": isJson ? "application/json" : "text/html",
        ...reply.headers,
      });
      response.end(isJson ? JSON.stringify(reply.json) : reply.text);
    }
  }

  const stub: StubVllm = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get openSockets() {
      return sockets.size;
    },
    calls: [],
    models: ["m"],
    guided: true,
    promptTokens: 10,
    tokenCount: null,
    onChat: null,
    onAny: null,
    callsTo: (path) => stub.calls.filter((call) => call.path === path),
    liveCalls: () => stub.calls.filter((call) => call.path === chatPath && !isProbe(call)),
    waitForCalls(count, fits = () => true) {
      return new Promise((resolve) => {
        const check = (): void => {
          if (stub.calls.filter(fits).length < count) return;
          waiters.delete(check);
          resolve();
        };
        waiters.add(check);
        check();
      });
    },
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
    start() {
      server = create();
      return listen();
    },
  };
  await listen();
  return stub;
}

function parse(text: string): StubChatBody | undefined {
  try {
    return JSON.parse(text) as StubChatBody;
  } catch {
    return undefined;
  }
}
