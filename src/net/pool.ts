import { Readable } from "node:stream";
import { Pool } from "undici";
import { Exchange } from "./exchange.ts";
import type { Receiver, ResponseHeaders } from "./exchange.ts";
import { NetError } from "./net-error.ts";
import { ReuseClient } from "./reuse-client.ts";

export interface PoolOptions {
  /** Scheme, host and port, such as `http://10.0.0.7:8001`. */
  origin: string;
  /**
   * Most sockets; further requests wait for one. One that is aborted while it waits settles at once, but keeps its place
   * in undici's queue: limit the requests themselves where many may wait.
   */
  connections: number;
  /**
   * An idle socket is closed after this time (undici's timer may be up to a second late). Keep it, with that second,
   * below the server's own limit, or its close races our next request.
   */
  keepAliveTimeoutMs: number;
  connectTimeoutMs: number;
  /** Called when a request is sent again because the socket it was written to had been closed by the server. */
  onResend?: () => void;
}

export interface HttpRequest {
  method: "GET" | "POST";
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer | string;
  /** Aborting it closes the socket of a request under way. */
  signal?: AbortSignal;
  /** Longest wait for the headers of the answer, and then between two pieces of its body; 0 or absent: no limit. */
  headersTimeoutMs?: number;
  bodyTimeoutMs?: number;
  /** Longest answer; a longer one is cut off and fails as `too_large`. */
  maxBodyBytes: number;
}

interface HttpHead {
  status: number;
  headers: ResponseHeaders;
  /** The request was sent a second time, see `onResend`. */
  isResent: boolean;
}

export interface HttpResponse extends HttpHead {
  body: Buffer;
}

interface StreamedResponse extends HttpHead {
  /** Fails with a NetError; destroying it closes the socket. */
  body: Readable;
}

export interface HttpPool {
  /** The whole answer, whatever its status. Throws NetError. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** The head of the answer at once, its body as it arrives. Throws NetError. */
  stream(request: HttpRequest): Promise<StreamedResponse>;
  /** Connected sockets, and requests being answered on them. */
  stats(): { open: number; running: number };
  /** Refuses new requests and resolves when those under way are answered and every socket is closed. */
  close(): Promise<void>;
  /** Ends every exchange as `aborted` and closes every socket. */
  destroy(): Promise<void>;
}

/** Opens a pool of HTTP/1.1 connections to one origin; nothing is connected before the first request. */
export function openPool(options: PoolOptions): HttpPool {
  const pool = new Pool(options.origin, {
    connections: options.connections,
    connectTimeout: options.connectTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    // A server's keep-alive hint may shorten our time, never lengthen it.
    keepAliveMaxTimeout: options.keepAliveTimeoutMs,
    allowH2: false,
    factory: (origin, clientOptions) => new ReuseClient(origin, clientOptions),
  });

  function start(request: HttpRequest, isResent: boolean, receiver: Receiver): Exchange {
    const exchange = new Exchange(receiver, {
      signal: request.signal,
      maxBodyBytes: request.maxBodyBytes,
      isResent,
    });
    if (request.signal?.aborted === true) {
      exchange.cancel("aborted", request.signal.reason);
      return exchange;
    }
    pool.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: request.headers ?? null,
        body: request.body ?? null,
        headersTimeout: request.headersTimeoutMs ?? 0,
        bodyTimeout: request.bodyTimeoutMs ?? 0,
      },
      exchange,
    );
    return exchange;
  }

  function receiveWhole(request: HttpRequest, isResent: boolean): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let head: HttpHead;
      start(request, isResent, {
        head(status, headers) {
          head = { status, headers, isResent };
        },
        chunk: (chunk) => chunks.push(chunk) > 0,
        end: () => resolve({ ...head, body: Buffer.concat(chunks) }),
        fail: reject,
      });
    });
  }

  function receiveStream(request: HttpRequest, isResent: boolean): Promise<StreamedResponse> {
    return new Promise((resolve, reject) => {
      const body = new Readable({
        read: () => exchange.resume(),
        destroy(error, done) {
          exchange.cancel("aborted", error);
          done(error);
        },
      });
      // It may fail before whoever gets it listens, which must not end the process; who listens later is told all the same.
      body.on("error", () => {});
      let hasHead = false;
      const exchange = start(request, isResent, {
        head(status, headers) {
          hasHead = true;
          resolve({ status, headers, isResent, body });
        },
        chunk: (chunk) => body.push(chunk),
        end: () => body.push(null),
        fail(error) {
          if (hasHead) body.destroy(error);
          else reject(error);
        },
      });
    });
  }

  /** Sends once, and once more where the first socket had died before the request could reach anyone. */
  async function send<T>(attempt: (isResent: boolean) => Promise<T>): Promise<T> {
    try {
      return await attempt(false);
    } catch (error) {
      if (!isStaleSocket(error)) throw error;
      options.onResend?.();
      return await attempt(true);
    }
  }

  return {
    request: (request) => send((isResent) => receiveWhole(request, isResent)),
    stream: (request) => send((isResent) => receiveStream(request, isResent)),
    stats() {
      const { connected, running } = pool.stats;
      return { open: connected, running };
    },
    close: () => pool.close(),
    destroy: () => pool.destroy(),
  };
}

/**
 * A server closes idle connections when it likes (RFC 9112, section 9.5). Its close can cross our request on the wire;
 * then the request was not processed, and sending it again is safe even for a POST. A reset of a fresh socket, or after
 * the first byte of an answer, is a real failure.
 */
function isStaleSocket(error: unknown): boolean {
  if (!(error instanceof NetError) || error.kind !== "reset") return false;
  const { isSent, isReusedSocket, isBeforeResponse } = error.progress;
  return !isSent || (isReusedSocket && isBeforeResponse);
}
