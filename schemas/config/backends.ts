import { Type } from "typebox";
import type { Static } from "typebox";
import { tierNames } from "../garment.ts";
import { id, integer, oneOf, secretReference, section, visionTokens } from "./parts.ts";

/** Model families of `src/families`; a test holds the two lists together. */
export const familyNames = [
  "qwen3-vl",
  "qwen3.5",
  "internvl3",
  "granite4-vision",
  "phi4-multimodal",
  "moondream3",
  "generic",
] as const;

const BackendSchema = section(
  {
    id: id("name of this backend in answers, metrics and the admin API"),
    url: Type.String({
      pattern: "^https?://[^/?#\\s@]+/?$",
      description: "root of the vLLM server, such as http://10.0.0.7:8001, without path or password",
    }),
    model: Type.String({ minLength: 1, maxLength: 200, description: "its served model name" }),
    family: Type.Optional(oneOf(familyNames, "model family: vision geometry and request quirks (default generic)")),
    quantization: Type.Optional(
      Type.String({ minLength: 1, maxLength: 32, description: "such as nvfp4, fp8, bf16 (default unknown)" }),
    ),
    role: Type.Optional(
      oneOf(["live", "shadow"], "live serves callers; shadow gets mirrored traffic only (default live)"),
    ),
    weight: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1000, description: "share under the weighted policy (default 1)" }),
    ),
    max_concurrency: Type.Optional(integer(1, 4096, "most chat calls at once (default 64)")),
    card: Type.Optional(
      id("the GPU it runs on: mirrored calls to a build wait while another on the same card serves (default its own)"),
    ),
    tiers: Type.Optional(
      Type.Array(oneOf(tierNames, "tier"), {
        minItems: 1,
        uniqueItems: true,
        description: "tiers it serves (default all)",
      }),
    ),
    vision_tokens: Type.Optional(visionTokens("overrides image.vision_tokens: what this model was trained at")),
    api_key: Type.Optional(secretReference("its API key, as env:NAME or file:PATH")),
  },
  "one vLLM server",
);

export const BackendsSchema = Type.Union(
  [
    Type.Literal("embedded", { description: "two builds of the built-in simulator" }),
    Type.Array(BackendSchema, { minItems: 1, maxItems: 64, description: "the fleet" }),
  ],
  { description: "the word `embedded`, or a list of vLLM servers" },
);

export type BackendEntry = Static<typeof BackendSchema>;
