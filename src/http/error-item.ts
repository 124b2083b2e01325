import type { ErrorObject } from "ajv";
import type { ErrorItem } from "../kernel/index.ts";

/** One mistake that ajv found, as problem details list it: the place in the body, and what is wrong there. */
export function toErrorItem(error: ErrorObject): ErrorItem {
  const params = error.params as { additionalProperty?: string; allowedValues?: string[] };
  const parts = error.instancePath.split("/").slice(1);
  if (params.additionalProperty !== undefined) {
    parts.push(params.additionalProperty.slice(0, 100));
    return { path: parts.join("."), message: "is not a known member or option" };
  }
  const { "x-expected": expected } = (error.parentSchema ?? {}) as { "x-expected"?: string };
  if (error.keyword === "pattern" && expected !== undefined) {
    return { path: parts.join("."), message: `must be ${expected}` };
  }
  const allowed = params.allowedValues === undefined ? "" : `: ${params.allowedValues.join(", ")}`;
  return { path: parts.join("."), message: `${error.message ?? "does not fit"}${allowed}` };
}

/** A request that does not fit its route's schema. Fastify writes into a validator's error, so it is not the public one yet. */
export class Misfit extends Error {
  override name = "Misfit";
  readonly items: ErrorItem[];

  constructor(items: ErrorItem[]) {
    super("the request does not fit its schema");
    this.items = items;
  }
}
