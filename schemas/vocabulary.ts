import { Type } from "typebox";
import type { Static } from "typebox";
import { fieldNames } from "./garment.ts";
import type { FieldName } from "./garment.ts";
import data from "./vocabulary.json" with { type: "json" };

const phrase = Type.String({ minLength: 1, maxLength: 80 });

const FieldVocabularySchema = Type.Object(
  {
    spellings: Type.Record(phrase, phrase, { description: "letters that are replaced wherever they stand" }),
    suffixes: Type.Array(phrase, { description: "endings that add nothing, such as `neckline` in a neckline" }),
    is_set: Type.Boolean({ description: "whether a value may name several things whose order means nothing" }),
    values: Type.Record(phrase, Type.Array(phrase), { description: "each value with its other names" }),
  },
  { additionalProperties: false },
);

/** Which words for the values of a field mean the same: the shape of schemas/vocabulary.json. */
export const VocabularySchema = Type.Object(
  Object.fromEntries(fieldNames.map((field) => [field, FieldVocabularySchema])),
  { additionalProperties: false },
);

export type FieldVocabulary = Static<typeof FieldVocabularySchema>;
export type Vocabulary = Record<FieldName, FieldVocabulary>;

/** The vocabulary that the project ships; `createCanonicaliser` validates it. */
export const shippedVocabulary: unknown = data;
