import { Type } from "typebox";
import type { Static } from "typebox";
import { rowQuery } from "./parts.ts";

const exportFormats = ["jsonl", "csv", "model-index", "sft"] as const;

export const ExportQuerySchema = Type.Object(
  {
    format: Type.Unsafe<(typeof exportFormats)[number]>({
      type: "string",
      enum: exportFormats,
      description:
        "`jsonl` and `csv`: one line for each scored answer. `model-index`: Hugging Face's model card metadata. `sft`: chats with the labels as answers.",
    }),
    ...rowQuery,
  },
  { additionalProperties: false },
);

export type ExportQuery = Static<typeof ExportQuerySchema>;
