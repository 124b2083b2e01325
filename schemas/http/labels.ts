import { Type } from "typebox";
import type { Static } from "typebox";
import { AttributesSchema, fieldNames } from "../garment.ts";
import { expected } from "./expected.ts";

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const keyKind = Type.Unsafe<"request_id" | "sample_id" | "image_sha256">({
  type: "string",
  enum: ["request_id", "sample_id", "image_sha256"],
});

const design = Type.Unsafe<"audit" | "review" | "import">({
  type: "string",
  enum: ["audit", "review", "import"],
  description:
    "How the garment came to be labelled: drawn at random, because its answer looked doubtful, or brought along from elsewhere. Default `import`.",
});

const labelledFields = Type.Partial(AttributesSchema, {
  additionalProperties: false,
  minProperties: 1,
  description: "A missing field is not labelled; null says that there is none.",
});

const text = (description: string) => Type.Optional(Type.String({ maxLength: 200, description }));

/** One label: what a client sends. It describes; the labels room reads, because lines of NDJSON are no bodies. */
export const LabelSchema = Type.Object(
  {
    request_id: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: "The `id` of an answer." })),
    sample_id: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: "Your key for the garment." })),
    image_sha256: Type.Optional(
      Type.String({ pattern: "^[0-9a-fA-F]{64}$", description: "SHA-256 of a photo's bytes as they are uploaded." }),
    ),
    labels: Type.Optional(
      Type.Union([labelledFields, Type.String()], { description: "An object, or one as JSON text." }),
    ),
    ground_truth: Type.Optional(Type.Unknown({ description: "Another name for `labels`." })),
    source: text("Where the label comes from."),
    annotator: text("Who says so; each annotator has one label for a key, the latest."),
    design: Type.Optional(design),
  },
  {
    additionalProperties: false,
    description: "Exactly one of `request_id`, `sample_id` and `image_sha256`, and `labels` with at least one field.",
  },
);

/** What became of the labels of one request. */
export const LabelsTakenSchema = Type.Object({
  accepted: Type.Integer({ description: "Labels that are committed, those that said nothing new among them." }),
  added: Type.Integer({ description: "Accepted labels that said something new; the others were known already." }),
  joined: Type.Integer({ description: "Accepted labels whose garment is known already; the others join later." }),
  rejected: Type.Array(Type.Object({ line: Type.Integer({ description: "Counted from 1." }), error: Type.String() }), {
    description: "The first 1,000.",
  }),
  rejected_count: Type.Integer(),
});

export type LabelsTaken = Static<typeof LabelsTakenSchema>;

const revision = Type.Object({
  annotator: Type.String(),
  source: Type.String(),
  design,
  labels: labelledFields,
  created_ms: Type.Integer({ description: "Milliseconds since the epoch." }),
});

/** Everything that is known of one key. */
export const LabelReportSchema = Type.Object({
  key_kind: keyKind,
  key: Type.String(),
  other_kinds: Type.Array(keyKind, {
    description: "Kinds under which the same text has labels too; `?kind=` shows them.",
  }),
  labels: labelledFields,
  design,
  annotators: Type.Integer({ description: "How many had a say in `labels`." }),
  agreement: nullable(
    Type.Number({
      description:
        "Of all pairs of annotators who label the same field, the share that says the same; null without a pair.",
    }),
  ),
  current: Type.Array(revision, { description: "The label of each annotator that counts, newest first." }),
  conflicts: Type.Array(
    Type.Object({
      field: Type.Unsafe<(typeof fieldNames)[number]>({ type: "string", enum: fieldNames }),
      values: Type.Array(Type.Object({ value: nullable(Type.String()), annotators: Type.Array(Type.String()) }), {
        description: "The one that counts first.",
      }),
    }),
    { description: "Fields in which annotators contradict each other." },
  ),
  history: Type.Array(revision, { description: "All revisions, newest first, at most `limit`." }),
  history_cut: Type.Boolean({ description: "Whether there are older revisions than these." }),
});

export type LabelReportView = Static<typeof LabelReportSchema>;

/** Query of `GET /v1/labels/{key}`. */
export const LabelQuerySchema = Type.Object(
  {
    kind: Type.Optional(keyKind),
    limit: Type.Optional(
      Type.String({
        pattern: "^([1-9][0-9]{0,2}|1000)$",
        ...expected("a whole number from 1 to 1000"),
        description: "Most revisions, 1 to 1000. Default 100.",
      }),
    ),
  },
  { additionalProperties: false },
);

export type LabelQuery = Static<typeof LabelQuerySchema>;
