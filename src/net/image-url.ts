import { urlForbidden } from "./errors.ts";

/** Whether images may be fetched from a host, in the form in which `URL.hostname` holds it, without a trailing dot. */
export type HostRule = (host: string) => boolean;

/**
 * The rule of `image.urls.allow_hosts`: `example.com` is that host alone, `*.example.com` its subdomains alone, and an
 * empty list every host. Case, IDN and trailing dots do not matter.
 */
export function createHostRule(allowHosts: readonly string[]): HostRule {
  if (allowHosts.length === 0) return () => true;
  const hosts = new Set<string>();
  const suffixes: string[] = [];
  for (const entry of allowHosts) {
    if (entry.startsWith("*.")) suffixes.push(`.${hostOf(new URL(`https://${entry.slice(2)}`))}`);
    else hosts.add(hostOf(new URL(`https://${entry}`)));
  }
  return (host) => hosts.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
}

/**
 * Reads the URL of an image, or of a redirect relative to `base`, by the WHATWG rules, which give every odd notation of a
 * host and of an IP address its one plain form. What is returned, and not the text, must be looked up and dialled.
 * @throws GatewayError url_forbidden
 */
export function parseImageUrl(text: string, isAllowedHost: HostRule, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url?.protocol !== "https:") throw urlForbidden("An image's URL, and each it redirects to, must be an https URL.");
  if (url.username !== "" || url.password !== "") {
    throw urlForbidden("An image's URL, and each it redirects to, must hold no user name and no password.");
  }
  // Other ports are where services live that were never meant for strangers.
  if (url.port !== "") throw urlForbidden("An image's URL, and each it redirects to, must use port 443.");
  // Certificates and SNI know no trailing dot.
  url.hostname = hostOf(url);
  if (!isAllowedHost(url.hostname)) {
    throw urlForbidden(
      "Images are not fetched from this host, or from one that it redirects to. Send the image's bytes.",
    );
  }
  return url;
}

function hostOf({ hostname }: URL): string {
  return hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
}
