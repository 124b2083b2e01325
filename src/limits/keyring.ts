import { createHash, timingSafeEqual } from "node:crypto";
import { scopeNames } from "../../schemas/index.ts";
import type { ScopeName } from "../../schemas/index.ts";
import { forbidden, unauthorized } from "./errors.ts";

/** Who calls, as far as the gateway knows; never the key itself. */
export interface Caller {
  /** Name of the key, for logs, limits and idempotency; null for a caller without a key. */
  readonly id: string | null;
  readonly scopes: ReadonlySet<ScopeName>;
}

interface KeyringOptions {
  /** Each with the key itself. */
  keys: readonly { id: string; key: string; scopes: readonly ScopeName[] }[];
  /** What a caller without a key may do; null where a key is required. */
  anonymous: readonly ScopeName[] | null;
}

export interface Keyring {
  /**
   * Tells the caller from an Authorization header. Where there are keys, one that is sent must be right, also where none is
   * needed. Where there are none, none can be wrong: OpenAI's clients cannot be told to send no key.
   * @throws GatewayError unauthorized
   */
  authenticate(authorization: string | undefined): Caller;
}

/** Keeps only digests of the keys. */
export function createKeyring({ keys, anonymous }: KeyringOptions): Keyring {
  const known = keys.map(({ id, key, scopes }) => ({
    digest: digestOf(key),
    caller: { id, scopes: new Set(scopes) } satisfies Caller,
  }));
  const anonymousCaller: Caller | null = anonymous === null ? null : { id: null, scopes: new Set(anonymous) };

  return {
    authenticate(authorization) {
      if (authorization === undefined || known.length === 0) {
        if (anonymousCaller !== null) return anonymousCaller;
        throw unauthorized("Send your API key in the header `Authorization: Bearer KEY`.");
      }
      // Digests have one length, and every one is compared: the time tells neither how much of a key was right nor which
      // key it was. About 0.1 µs a key.
      const digest = digestOf(readBearer(authorization));
      let caller: Caller | null = null;
      for (const key of known) {
        if (timingSafeEqual(key.digest, digest)) caller = key.caller;
      }
      if (caller === null)
        throw unauthorized("This API key is not known here. Check it, or ask who runs this gateway.");
      return caller;
    },
  };
}

/**
 * What callers without a key may do; null where `auth.required`. While there are no keys and only this machine can connect
 * that is everything. Otherwise never `admin`: keys tell who the operator is, and an open address is open to all.
 */
export function anonymousScopes(auth: {
  isRequired: boolean;
  hasKeys: boolean;
  isLoopback: boolean;
}): readonly ScopeName[] | null {
  if (auth.isRequired) return null;
  if (!auth.hasKeys && auth.isLoopback) return scopeNames;
  return scopeNames.filter((scope) => scope !== "admin");
}

/** @throws GatewayError forbidden */
export function requireScope(caller: Caller, scope: ScopeName): void {
  if (caller.scopes.has(scope)) return;
  throw forbidden(
    caller.id === null
      ? `This needs an API key with the scope ${scope}.`
      : `This API key does not have the scope ${scope}. Use one that has, or ask who runs this gateway.`,
  );
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** RFC 6750, section 2.1; the scheme's name is not case-sensitive (RFC 9110, section 11.1). */
function readBearer(authorization: string): string {
  const match = /^bearer +([^\s]+) *$/i.exec(authorization);
  if (match?.[1] === undefined) {
    throw unauthorized("The header Authorization has the form `Bearer KEY`.");
  }
  return match[1];
}
