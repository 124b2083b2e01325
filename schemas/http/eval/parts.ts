import { Type } from "typebox";
import type { TSchema } from "typebox";
import { fieldNames } from "../../garment.ts";
import { expected } from "../expected.ts";

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** One member for each of the nine fields. */
export const perFieldName = <T extends TSchema>(schema: T) =>
  Type.Object(Object.fromEntries(fieldNames.map((field) => [field, schema])) as Record<(typeof fieldNames)[number], T>);

export const share = (description: string) => nullable(Type.Number({ description }));

/** Which scored rows a view is made of. */
export const rowQuery = {
  window: Type.Optional(
    Type.String({
      pattern: "^([1-9][0-9]{0,4}[mhdw]|all)$",
      ...expected("a time such as 30m, 24h, 7d, 4w, or all"),
      description: "Answers made in the last `30m`, `24h`, `7d`, `4w` …, or `all`. Windows are descriptive.",
    }),
  ),
  slice: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
      maxItems: 8,
      description:
        "`FIELD:value` (the label's value; `FIELD:null` where it is labelled as absent), `metadata.KEY:value`, `design:audit`, `backend:ID` or `source:NAME`. Several must all hold.",
    }),
  ),
  designs: Type.Optional(
    Type.String({
      pattern: "^(audit|review|import)(,(audit|review|import)){0,2}$",
      ...expected("audit, review, import, or several of them separated by commas"),
      description:
        "Designs of labels that count, separated by commas. Garments that were labelled because their answers looked doubtful (`review`) are harder than others, so they count only where they are asked for.",
    }),
  ),
};
