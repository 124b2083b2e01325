import { Type } from "typebox";
import type { Static } from "typebox";
import { AttributesSchema, fieldNames, tierNames, viewNames } from "../garment.ts";

/** Longest deadline a caller may ask for. */
const maxDeadlineMs = 120_000;

const options = {
  tier: Type.Optional(
    Type.Unsafe<(typeof tierNames)[number]>({
      type: "string",
      enum: tierNames,
      description: "How careful to be. Excludes `model`. Default `balanced`.",
    }),
  ),
  model: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "A model or backend id. Excludes `tier`." }),
  ),
  deadline_ms: Type.Optional(
    Type.Integer({ minimum: 1, maximum: maxDeadlineMs, description: "Time for the whole request." }),
  ),
  vision_tokens: Type.Optional(
    Type.Integer({ minimum: 16, maximum: 16384, description: "Budget of vision tokens for each image." }),
  ),
  sample_id: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "Your key for this garment; echoed, and joins labels." }),
  ),
};

const metadata = Type.Record(Type.String(), Type.Unknown(), {
  description: "An object of at most 4 KiB as JSON; echoed, and stored with the prediction.",
});

/** Options as a query string or multipart fields carry them: all text, numbers coerced, metadata as JSON text. */
export const TextOptionsSchema = Type.Object(
  { ...options, metadata: Type.Optional(Type.String({ description: "An object of at most 4 KiB, as JSON text." })) },
  { additionalProperties: false },
);

/** Options as members of a JSON body: nothing is coerced. */
export const OptionsSchema = Type.Object(
  { ...options, metadata: Type.Optional(metadata) },
  { additionalProperties: false },
);

export type AttributesOptions = Static<typeof OptionsSchema>;

const view = Type.Optional(
  Type.Unsafe<(typeof viewNames)[number]>({
    type: "string",
    enum: viewNames,
    description: "What the photo shows. Default `image` (unspecified).",
  }),
);

/** The JSON form. How many images are too many, and none at all, have error codes of their own. */
export const AttributesJsonSchema = Type.Object(
  {
    images: Type.Optional(
      Type.Array(
        Type.Object(
          {
            data: Type.Optional(Type.String({ description: "The image in base64 (no data: prefix)." })),
            url: Type.Optional(
              Type.String({ maxLength: 2048, description: "An https URL, where the gateway allows URLs." }),
            ),
            view,
          },
          { additionalProperties: false },
        ),
        { description: "One garment's photos: one to image.max_images, each with `data` or `url`." },
      ),
    ),
    ...options,
    metadata: Type.Optional(metadata),
  },
  { additionalProperties: false },
);

export type AttributesJson = Static<typeof AttributesJsonSchema>;

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const perField = Object.fromEntries(
  fieldNames.map((name) => [name, nullable(Type.Number({ minimum: 0, maximum: 1 }))]),
);

const number = Type.Number({ minimum: 0 });
const count = Type.Integer({ minimum: 0 });

/** The answer: one garment, nine attributes. */
export const AttributesAnswerSchema = Type.Object(
  {
    id: Type.String({ description: "Id of this answer, `gar_…`; labels can name it as request_id." }),
    sample_id: nullable(Type.String()),
    metadata: nullable(metadata),
    attributes: AttributesSchema,
    confidence: Type.Unsafe<Record<(typeof fieldNames)[number], number | null>>(
      Type.Object(perField, {
        additionalProperties: false,
        description: "Probability that each value (or null) is right; null where the backend gave no logprobs.",
      }),
    ),
    calibrator: nullable(
      Type.String({ description: "What was fitted on labels to make the confidences probabilities." }),
    ),
    needs_review: Type.Array(Type.Unsafe<(typeof fieldNames)[number]>({ type: "string", enum: fieldNames }), {
      description: "Fields whose confidence is unknown or below their threshold.",
    }),
    model: Type.String(),
    backend: Type.String(),
    quantization: Type.String(),
    tier: nullable(Type.Unsafe<(typeof tierNames)[number]>({ type: "string", enum: tierNames })),
    simulated: Type.Boolean({ description: "True whenever the built-in simulator answered: no real model was asked." }),
    cache: Type.Unsafe<"miss" | "hit" | "coalesced">({ type: "string", enum: ["miss", "hit", "coalesced"] }),
    attempts: Type.Integer({ minimum: 0, description: "Chat calls made for this answer." }),
    repaired: Type.Boolean({ description: "Anything but a clean parse of the model's content was needed." }),
    degraded: nullable(
      Type.Object(
        {
          vision_tokens: Type.Optional(count),
          tier: Type.Optional(Type.Unsafe<(typeof tierNames)[number]>({ type: "string", enum: tierNames })),
        },
        { additionalProperties: false, description: "What pressure or a missing tier changed." },
      ),
    ),
    images: Type.Array(
      Type.Object(
        {
          view: Type.Unsafe<(typeof viewNames)[number]>({ type: "string", enum: viewNames }),
          sha256: Type.String({ description: "Of the uploaded bytes." }),
          format: Type.String(),
          width: Type.Integer({ description: "After EXIF orientation." }),
          height: Type.Integer({ description: "After EXIF orientation." }),
          sent_width: Type.Integer(),
          sent_height: Type.Integer(),
          vision_tokens: Type.Integer({ description: "The image's own tokens, without start and end markers." }),
        },
        { additionalProperties: false },
      ),
    ),
    usage: Type.Object({ prompt_tokens: count, completion_tokens: count }, { additionalProperties: false }),
    timings_ms: Type.Object(
      { total: number, image: number, queue: number, backend: number },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

export type AttributesAnswer = Static<typeof AttributesAnswerSchema>;
