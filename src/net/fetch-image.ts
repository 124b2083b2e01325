import { isIP } from "node:net";
import { createSemaphore, startDeadline } from "../kernel/index.ts";
import type { Clock, Deadline } from "../kernel/index.ts";
import { urlForbidden, urlUnreachable } from "./errors.ts";
import { getImage } from "./get-image.ts";
import { createHostRule, parseImageUrl } from "./image-url.ts";
import { internet as realInternet } from "./internet.ts";
import type { Internet } from "./internet.ts";

interface ImageFetcherOptions {
  /** Whether any URL is fetched at all. */
  isEnabled: boolean;
  /** See `createHostRule`. */
  allowHosts: readonly string[];
  /** Most bytes of one image. */
  maxBytes: number;
  /** For one image: its turn, every redirect, the last byte. */
  timeoutMs?: number;
  /** Images under way at a time; the others wait, in their own time. */
  concurrency?: number;
  clock: Clock;
}

/**
 * The bytes behind an https URL, whatever they are.
 * @throws GatewayError url_forbidden, url_unreachable; the signal's reason where it aborts
 */
export type FetchImage = (url: string, signal: AbortSignal) => Promise<Buffer>;

interface ImageFetcher {
  fetch: FetchImage;
  /** Ends every fetch under way. */
  close(): Promise<void>;
}

const maxRedirects = 3;

/**
 * Creates the guarded fetch of images that callers name by URL. A caller must not reach through us what it cannot reach
 * itself: only https on port 443, only allowed hosts; a host is looked up once, all its addresses must be public, and
 * only those are dialled, so that a second answer of DNS changes nothing; each redirect meets the same rules again.
 */
export function createImageFetcher(options: ImageFetcherOptions, internet: Internet = realInternet): ImageFetcher {
  const { isEnabled, allowHosts, maxBytes, timeoutMs = 5000, concurrency = 32, clock } = options;
  const isAllowedHost = createHostRule(allowHosts);
  const places = createSemaphore(concurrency);
  const running = new Map<Deadline, Promise<Buffer>>();

  async function follow(start: URL, signal: AbortSignal): Promise<Buffer> {
    let url = start;
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const addresses = await findPublicAddresses(url, internet, signal);
      const answer = await getImage(url, { addresses, port: internet.httpsPort, ca: internet.ca, maxBytes, signal });
      if ("bytes" in answer) return answer.bytes;
      url = parseImageUrl(answer.location, isAllowedHost, url);
    }
    throw urlUnreachable(`The image's URL redirects more than ${maxRedirects} times. Give the URL it leads to.`);
  }

  return {
    async fetch(text, signal) {
      if (!isEnabled) {
        throw urlForbidden(
          "Images by URL are switched off here (image.urls.enabled). Send the image's bytes in the request.",
        );
      }
      const url = parseImageUrl(text, isAllowedHost);
      signal.throwIfAborted();
      const limit = startDeadline(clock, timeoutMs, () =>
        urlUnreachable(
          `The image was not fetched within ${timeoutMs} ms. Send it again later, or its bytes in \`data\`.`,
        ),
      );
      const onAbort = (): void => limit.abort(signal.reason as Error);
      signal.addEventListener("abort", onAbort, { once: true });
      const work = places.run(() => follow(url, limit.signal), limit.signal);
      running.set(limit, work);
      try {
        return await work;
      } catch (error) {
        throw limit.signal.aborted ? limit.signal.reason : error;
      } finally {
        running.delete(limit);
        limit.dispose();
        signal.removeEventListener("abort", onAbort);
      }
    },
    async close() {
      for (const limit of running.keys()) limit.abort(urlUnreachable("The gateway stops. Send the request again."));
      await Promise.allSettled(running.values());
    },
  };
}

/** A URL's host as addresses. One that is not public refuses all: an honest name has no use for it. */
async function findPublicAddresses({ hostname }: URL, internet: Internet, signal: AbortSignal): Promise<string[]> {
  const literal = hostname.replace(/^\[(.*)\]$/, "$1");
  const addresses = isIP(literal) === 0 ? await internet.resolve(hostname, signal) : [literal];
  if (addresses.length === 0) throw urlUnreachable("The host of the image's URL has no address. Check the URL.");
  if (!addresses.every((address) => internet.isPublicAddress(address))) {
    throw urlForbidden("An image's URL, and each it redirects to, must lead to public addresses only.");
  }
  return addresses;
}
