import { Resolver } from "node:dns/promises";
import { isPublicAddress } from "./address-rules.ts";

/** The world outside as the fetch of an image meets it; a test puts a loopback one in its place. */
export interface Internet {
  /** All addresses of a host, or none. May end early where the signal aborts. */
  resolve(host: string, signal: AbortSignal): Promise<string[]>;
  isPublicAddress(address: string): boolean;
  httpsPort: number;
  /** PEM of the certificate authorities to trust; Node's own list where absent. */
  ca?: string;
}

/** The real one. */
export const internet: Internet = {
  resolve: (host, signal) => resolveHost(host, signal),
  isPublicAddress,
  httpsPort: 443,
};

/**
 * Asks the machine's DNS servers (or those given, `address:port`) for the IPv4 and IPv6 addresses of a host. Not
 * `dns.lookup`: a name server that does not answer would hold a thread of the pool that images are decoded in, and a
 * search list would turn a bare word into a host of our own network.
 */
export async function resolveHost(host: string, signal: AbortSignal, servers?: readonly string[]): Promise<string[]> {
  signal.throwIfAborted();
  const resolver = new Resolver({ timeout: 1500, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
