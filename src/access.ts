import type { Config } from "../schemas/index.ts";
import { isLoopbackHost } from "./kernel/index.ts";
import { anonymousScopes, createKeyring, createRateLimits } from "./limits/index.ts";
import type { Keyring, RateLimits } from "./limits/index.ts";

/** Who may call, and how often. */
export interface Access {
  readonly keyring: Keyring;
  readonly rateLimits: RateLimits;
  /** Takes new keys and limits over; what has been used of the old limits is forgotten. */
  reconfigure(config: AccessConfig): Promise<void>;
  close(): Promise<void>;
}

type AccessConfig = Pick<Config, "auth" | "server">;

/** Keys, what callers without one may do, and rate limits, from the configuration. */
export function createAccess(config: AccessConfig): Access {
  let keyring = keyringOf(config);
  let rateLimits = rateLimitsOf(config);
  return {
    keyring: { authenticate: (authorization) => keyring.authenticate(authorization) },
    rateLimits: {
      admit: (caller) => rateLimits.admit(caller),
      chargeVisionTokens: (caller, tokens) => rateLimits.chargeVisionTokens(caller, tokens),
      close: () => rateLimits.close(),
    },
    async reconfigure(next) {
      const old = rateLimits;
      keyring = keyringOf(next);
      rateLimits = rateLimitsOf(next);
      await old.close();
    },
    close: () => rateLimits.close(),
  };
}

function keyringOf({ auth, server }: AccessConfig): Keyring {
  return createKeyring({
    keys: auth.keys,
    anonymous: anonymousScopes({
      isRequired: auth.required,
      hasKeys: auth.keys.length > 0,
      isLoopback: isLoopbackHost(server.host),
    }),
  });
}

function rateLimitsOf({ auth }: AccessConfig): RateLimits {
  return createRateLimits({ keys: auth.keys, anonymous: auth.anonymous_limits });
}
