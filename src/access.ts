import type { Config } from "../schemas/index.ts";
import { anonymousScopes, createKeyring, createRateLimits } from "./limits/index.ts";
import type { Keyring, RateLimits } from "./limits/index.ts";

/** Who may call, and how often. */
export interface Access {
  readonly keyring: Keyring;
  readonly rateLimits: RateLimits;
  close(): Promise<void>;
}

const loopbackHosts = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Keys, what callers without one may do, and rate limits, from the configuration. */
export function createAccess({ auth, server }: Pick<Config, "auth" | "server">): Access {
  const keyring = createKeyring({
    keys: auth.keys,
    anonymous: anonymousScopes({
      isRequired: auth.required,
      hasKeys: auth.keys.length > 0,
      isLoopback: loopbackHosts.test(server.host),
    }),
  });
  const rateLimits = createRateLimits({ keys: auth.keys, anonymous: auth.anonymous_limits });
  return { keyring, rateLimits, close: () => rateLimits.close() };
}
