import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import { Client } from "undici";
import type { GatewayError } from "../kernel/index.ts";
import { urlUnreachable } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import type { Receiver } from "./exchange.ts";
import type { NetError, NetErrorKind } from "./net-error.ts";

interface GetOptions {
  /** The only addresses that are dialled, whatever DNS says by now; at least one. */
  addresses: readonly string[];
  port: number;
  ca: string | undefined;
  maxBytes: number;
  /** Ends it all: a handshake that hangs as well as a body that drips. */
  signal: AbortSignal;
}

/** Where a redirect leads, or the image itself. */
type Answer = { location: string } | { bytes: Buffer };

const maxHeaderBytes = 16 * 1024;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Nothing that tells of us or of the caller; bytes as they are, because nothing here decompresses. */
const headers = { accept: "image/*", "accept-encoding": "identity", "user-agent": "garment-gateway" };

/**
 * One GET to a checked URL over a connection of its own, which is closed with the answer: a stranger's server gets no
 * socket to keep.
 * @throws GatewayError url_unreachable
 */
export async function getImage(url: URL, options: GetOptions): Promise<Answer> {
  const { addresses, port, ca, maxBytes, signal } = options;
  signal.throwIfAborted();
  const origin = new URL(url.origin);
  origin.port = String(port);
  const client = new Client(origin, {
    // SNI and certificate check stay with the host's name.
    connect: {
      lookup: lookupOf(addresses),
      rejectUnauthorized: true,
      signal,
      timeout: 0,
      ...(ca !== undefined && { ca }),
    },
    allowH2: false,
    pipelining: 0,
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const chunks: Buffer[] = [];
      const receiver: Receiver = {
        head(status, { location }) {
          if (status === 200) return;
          if (redirects.has(status) && typeof location === "string") resolve({ location });
          else reject(urlUnreachable(`The image's server answered with status ${status}. ${advice}`));
          exchange.cancel("aborted");
        },
        chunk: (chunk) => chunks.push(chunk) > 0,
        end() {
          if (chunks.length > 0) resolve({ bytes: Buffer.concat(chunks) });
          else reject(urlUnreachable(`The image's server sent no bytes. ${advice}`));
        },
        fail: (error) => reject(toUnreachable(error, maxBytes)),
      };
      const exchange = new Exchange(receiver, { signal, maxBodyBytes: maxBytes, isResent: false });
      client.dispatch({ method: "GET", path: `${url.pathname}${url.search}`, headers }, exchange);
    });
  } finally {
    await client.destroy();
  }
}

/** Answers every question with the same addresses; Node tries one after the other until one connects. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all: wantsAll }, done) => {
    if (wantsAll === true) done(null, all);
    else done(null, all[0]?.address ?? "", all[0]?.family);
  };
}

const advice = "Check the URL, or send the image's bytes in the request.";

const sentences: Record<NetErrorKind, string> = {
  refused: "The image's server could not be reached over a connection that its certificate vouches for.",
  reset: "The image's server broke the connection.",
  timeout: "The image's server did not answer in time.",
  aborted: "The image's server was given up.",
  too_large: "The image's server sends more than an image may have",
  protocol: "The image's server sent an answer that is cut off, too long in its headers, or no HTTP.",
};

function toUnreachable(error: NetError, maxBytes: number): GatewayError {
  const limit = error.kind === "too_large" ? `, ${maxBytes} bytes.` : "";
  return urlUnreachable(`${sentences[error.kind]}${limit} ${advice}`, { cause: error });
}
