/**
 * How an exchange with another machine failed.
 *
 * - `refused`: no connection could be made (refused, host unknown or unreachable, connecting took too long)
 * - `reset`: the connection was there and broke
 * - `timeout`: connected, but no headers or no further bytes in the time given
 * - `aborted`: our own side ended it
 * - `too_large`: the answer has more bytes than we take
 * - `protocol`: what came back is not HTTP
 */
export type NetErrorKind = "refused" | "reset" | "timeout" | "aborted" | "too_large" | "protocol";

/** What is known of the exchange at the moment it failed. */
export interface ExchangeProgress {
  /** Bytes of the request were handed to a socket; false while it waited for one. */
  readonly isSent: boolean;
  /** That socket had carried another request before. */
  readonly isReusedSocket: boolean;
  /** Not one byte of an answer was seen. */
  readonly isBeforeResponse: boolean;
  /** The request had been sent once before, on a socket that turned out to be dead. */
  readonly isResent: boolean;
}

/** A failed exchange. The message names no address; the vendor's error is the private cause. */
export class NetError extends Error {
  readonly kind: NetErrorKind;
  readonly progress: ExchangeProgress;

  constructor(kind: NetErrorKind, progress: ExchangeProgress, cause?: unknown) {
    super(sentences[kind], { cause });
    this.name = "NetError";
    this.kind = kind;
    this.progress = progress;
  }
}

const sentences: Record<NetErrorKind, string> = {
  refused: "no connection could be made",
  reset: "the connection broke",
  timeout: "no answer in time",
  aborted: "the exchange was ended by this side",
  too_large: "the answer is larger than allowed",
  protocol: "the answer is not valid HTTP",
};

/** Codes of Node and undici; what is not listed is not HTTP as we know it. */
const kinds: Readonly<Record<string, NetErrorKind>> = {
  ECONNREFUSED: "refused",
  ENOTFOUND: "refused",
  EAI_AGAIN: "refused",
  EHOSTUNREACH: "refused",
  EHOSTDOWN: "refused",
  ENETUNREACH: "refused",
  EADDRNOTAVAIL: "refused",
  UND_ERR_CONNECT_TIMEOUT: "refused",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  ETIMEDOUT: "reset",
  UND_ERR_SOCKET: "reset",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_ABORTED: "aborted",
  UND_ERR_DESTROYED: "aborted",
  UND_ERR_CLOSED: "aborted",
  UND_ERR_INVALID_ARG: "protocol",
};

/** The kind of an error that Node or undici raised. */
export function kindOf(error: unknown, isSent: boolean): NetErrorKind {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string") return "protocol";
  // A TLS handshake that fails has many codes; before anything was sent they all mean that there is no connection.
  return kinds[code] ?? (isSent ? "protocol" : "refused");
}
