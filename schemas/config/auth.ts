import { Type } from "typebox";
import { id, integer, oneOf, secretReference, section } from "./parts.ts";

export const scopeNames = ["infer", "label", "eval", "admin"] as const;

export type ScopeName = (typeof scopeNames)[number];

const perMinute = (description: string) => Type.Optional(integer(1, 1000000000, description));

/** Rate limits of one key; a unit that is missing has none. */
export interface KeyLimits {
  requests_per_minute?: number;
  vision_tokens_per_minute?: number;
}

function rateLimits(description: string) {
  return Type.Unsafe<KeyLimits>(
    section(
      {
        requests_per_minute: perMinute("most requests in a minute; no limit where it is missing"),
        vision_tokens_per_minute: perMinute("most vision tokens in a minute; charged when a request is answered"),
      } satisfies Record<keyof KeyLimits, unknown>,
      description,
    ),
  );
}

export const AuthSchema = section(
  {
    required: Type.Boolean({ description: "whether requests need a key" }),
    allow_open: Type.Boolean({ description: "serve without keys on an address other than loopback" }),
    anonymous_limits: Type.Optional(rateLimits("rate limits of all callers without a key together")),
    keys: Type.Array(
      section(
        {
          id: id("name of the key in logs and metrics"),
          key: secretReference("the key itself, as env:NAME or file:PATH"),
          scopes: Type.Array(oneOf(scopeNames, "scope"), {
            minItems: 1,
            uniqueItems: true,
            description: "what it allows",
          }),
          limits: Type.Optional(rateLimits("rate limits of this key")),
        },
        "one API key",
      ),
      { maxItems: 10000, description: "API keys" },
    ),
  },
  "who may call",
);
