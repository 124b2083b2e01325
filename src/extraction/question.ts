import { fieldNames } from "../../schemas/index.ts";
import type { ChatPrompt, FieldName, ViewName } from "../../schemas/index.ts";
import type { PartialAnswer } from "./answer.ts";
import { guidedSchema } from "./guided-schema.ts";
import type { GuidedSchema } from "./guided-schema.ts";
import { buildPrompt, buildReaskPrompt } from "./prompt.ts";

/** Everything that a chat call about a garment needs besides the images. */
export interface Question {
  /** The keys that the answer is to have. */
  readonly fields: readonly FieldName[];
  readonly prompt: ChatPrompt;
  readonly schema: GuidedSchema;
  /** The most tokens the answer may have. */
  readonly maxTokens: number;
}

// A field costs about 5 tokens of JSON (its key, quotes, colon, comma) and, in the worst honest case, 20 for a text of
// 80 characters: 9 * 25 plus the braces makes 230. Half as much again leaves room for rare spellings and the spaces of
// an unguarded grammar, and stops a whitespace loop after about a second. Ordinary answers have 80 to 120 tokens.
const maxTokensOfAllFields = 384;
// By the same count: 2 * 25 and the braces, half as much again, rounded up.
const maxTokensOfFewFields = 96;

// A backend compiles and keeps one grammar for each schema. With two fields at most there are 9 + 36 narrowed ones;
// an answer with more bad fields than that has failed as a whole and is asked for as a whole.
const maxFewFields = 2;

const allFieldsSchema = guidedSchema(fieldNames);

/** The first question about a garment: all nine fields. `views` are the views of its images, in order. */
export function createQuestion(views: readonly ViewName[]): Question {
  return {
    fields: fieldNames,
    prompt: buildPrompt(views),
    schema: allFieldsSchema,
    maxTokens: maxTokensOfAllFields,
  };
}

/**
 * Asks again for what an answer lacks: with a narrowed schema for one or two bad fields, else for all nine. Prompt and
 * images are those of the first question, so that the backend can reuse its work on them.
 */
export function createReask(views: readonly ViewName[], answer: PartialAnswer): Question {
  const isNarrow = answer.badFields.length <= maxFewFields;
  const fields = isNarrow ? answer.badFields : fieldNames;
  return {
    fields,
    prompt: buildReaskPrompt(views, answer.cause, fields),
    schema: isNarrow ? guidedSchema(fields) : allFieldsSchema,
    maxTokens: isNarrow ? maxTokensOfFewFields : maxTokensOfAllFields,
  };
}
