import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The client closed its connection before the answer was complete. */
export class ClientGone extends Error {}

/** One request and its answer, with the liberties that faults take with a connection. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  /** Whether the connection carried another request before this one. */
  readonly isReusedConnection: boolean;
  /** Aborts with ClientGone when the client leaves. */
  readonly signal: AbortSignal;
  readonly hasBegun: boolean;
  readonly status: number;
  readBody(): Promise<Buffer>;
  /** Sends the headers; the body follows with `write` and `end`. */
  begin(status: number, headers: Record<string, string>): void;
  write(data: string | Buffer): void;
  end(data?: string | Buffer): void;
  sendJson(status: number, body: unknown, headers?: Record<string, string>): void;
  /** Ends the connection with a TCP reset. */
  reset(): void;
}

export function createExchange(request: IncomingMessage, response: ServerResponse, isReused: boolean): Exchange {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort(new ClientGone("The client has gone."));
  });
  const socket: Socket = request.socket;

  const exchange: Exchange = {
    method: request.method ?? "GET",
    path: new URL(request.url ?? "/", "http://simulator").pathname,
    headers: request.headers,
    remoteAddress: socket.remoteAddress ?? "",
    isReusedConnection: isReused,
    signal: gone.signal,
    get hasBegun() {
      return response.headersSent;
    },
    get status() {
      return response.statusCode;
    },
    async readBody() {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of request) chunks.push(chunk as Buffer);
      } catch {
        throw new ClientGone("The client has gone.");
      }
      return Buffer.concat(chunks);
    },
    begin(status, headers) {
      // uvicorn names itself and sends neither Connection nor a Keep-Alive hint, so clients must know its 5 s themselves.
      response.removeHeader("connection");
      response.writeHead(status, { server: "uvicorn", ...headers });
    },
    write: (data) => void response.write(data),
    end: (data) => void response.end(data),
    sendJson(status, body, headers = {}) {
      const bytes = Buffer.from(JSON.stringify(body));
      exchange.begin(status, {
        "content-type": "application/json",
        "content-length": String(bytes.length),
        ...headers,
      });
      exchange.end(bytes);
    },
    reset: () => void socket.resetAndDestroy(),
  };
  return exchange;
}
