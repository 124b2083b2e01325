import { Type } from "typebox";
import { id, oneOf, secretReference, section } from "./parts.ts";

export const scopeNames = ["infer", "label", "eval", "admin"] as const;

export type ScopeName = (typeof scopeNames)[number];

export const AuthSchema = section(
  {
    required: Type.Boolean({ description: "whether requests need a key" }),
    allow_open: Type.Boolean({ description: "serve without keys on an address other than loopback" }),
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
        },
        "one API key",
      ),
      { maxItems: 10000, description: "API keys" },
    ),
  },
  "who may call",
);
