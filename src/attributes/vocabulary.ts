import { Ajv } from "ajv";
import { shippedVocabulary, VocabularySchema } from "../../schemas/index.ts";
import type { Vocabulary } from "../../schemas/index.ts";

const ajv = new Ajv({ strict: true });
const validate = ajv.compile<Vocabulary>(VocabularySchema);

/**
 * The shipped vocabulary, once it is known to be one.
 * @throws Error naming the first place that does not fit
 */
export function validateVocabulary(vocabulary: unknown = shippedVocabulary): Vocabulary {
  if (validate(vocabulary)) return vocabulary;
  throw new Error(`schemas/vocabulary.json: ${ajv.errorsText(validate.errors)}`);
}
