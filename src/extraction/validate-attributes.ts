import { Ajv } from "ajv";
import { AttributesSchema } from "../../schemas/index.ts";
import type { Attributes } from "../../schemas/index.ts";

const validate = new Ajv({ strict: true }).compile<Attributes>(AttributesSchema);

/** Whether a value is what the contract promises: exactly the nine keys, each a text of 1 to 80 characters or null. */
export function validateAttributes(value: unknown): value is Attributes {
  return validate(value);
}
