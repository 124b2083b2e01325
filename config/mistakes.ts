import type { ErrorObject } from "ajv";
import type { Value } from "./merge.ts";

/** One mistake in a configuration: where, what was found, what is expected. */
export interface Mistake {
  path: string;
  found: string;
  expected: string;
}

/** All mistakes of a configuration at once; the gateway does not start with any. */
export class ConfigError extends Error {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(formatMistake).join("\n"));
    this.name = "ConfigError";
    this.mistakes = mistakes;
  }
}

/** One line: `server.port: found "80a", expected a whole number from 0 to 65535`. */
export function formatMistake({ path, found, expected }: Mistake): string {
  return `${path}: found ${found}, expected ${expected}`;
}

/** Whether the value at this path may be a secret or hold one. */
export function isSecret(path: string): boolean {
  return /(^|\.)(api_)?key$|^storage\.url$/.test(path);
}

/** Shows a value in a message: short, and never the value of something that may hold a secret. */
export function show(value: unknown, path = ""): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value !== null && typeof value === "object") return "a section";
  if (isSecret(path) && typeof value === "string") return "a text that is not shown here";
  if (typeof value === "string" && /:\/\/[^/]*@/.test(value)) return "a URL with a password, which is not shown here";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Turns ajv's errors (allErrors, verbose) into one mistake a place; a union reports what fits the value's own kind. */
export function explain(errors: readonly ErrorObject[], root: Value): Mistake[] {
  const byPath = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const path = pathOf(error, root);
    byPath.set(path, [...(byPath.get(path) ?? []), error]);
  }
  const mistakes: Mistake[] = [];
  for (const [path, found] of byPath) {
    // Where something below this place is wrong too, the union's own complaint only repeats it.
    const isUnion = found.some((error) => error.keyword === "anyOf");
    if (isUnion && [...byPath.keys()].some((other) => other.startsWith(`${path}.`) || other.startsWith(`${path}[`)))
      continue;
    const first = found.find((error) => error.keyword === "anyOf") ?? found[0];
    if (first !== undefined) mistakes.push({ path: path || "(file)", ...describe(first, found, path) });
  }
  return mistakes;
}

function pathOf(error: ErrorObject, root: Value): string {
  const parts = error.instancePath.split("/").slice(1).map(unescapePointer);
  const params = error.params as { additionalProperty?: string; missingProperty?: string };
  const more = params.additionalProperty ?? params.missingProperty;
  if (more !== undefined) parts.push(more);
  let path = "";
  let at: unknown = root;
  for (const part of parts) {
    // A backend is named by its id where it has one: `backends[blackwell-fp8].url` finds the line faster than a number.
    if (Array.isArray(at)) {
      const item = at[Number(part)] as { id?: unknown } | undefined;
      const isOnlyOne = at.filter((other) => (other as { id?: unknown } | null)?.id === item?.id).length === 1;
      path += typeof item?.id === "string" && isOnlyOne ? `[${item.id}]` : `[${part}]`;
      at = item;
    } else {
      path += path === "" ? part : `.${part}`;
      at = (at as Record<string, unknown> | undefined)?.[part];
    }
  }
  return path;
}

function describe(error: ErrorObject, all: readonly ErrorObject[], path: string): Omit<Mistake, "path"> {
  const params = error.params as Record<string, unknown>;
  if (error.keyword === "additionalProperties") {
    const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
    return { found: "an unknown key", expected: `one of ${known.join(", ")}` };
  }
  if (error.keyword === "required") return { found: "nothing", expected: "a value: this key is required" };
  const found = show(error.data, path);
  if (error.keyword === "anyOf") {
    const wanted = all.filter((other) => other !== error).map((other) => expectation(other));
    return { found, expected: [...new Set(wanted)].join(", or ") };
  }
  return { found, expected: params["duplicates"] === undefined ? expectation(error) : "no duplicates" };
}

const kinds: Record<string, string> = {
  integer: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "a section with keys of its own",
};

/** The members of a configuration schema that a message can speak of. */
interface Described {
  type?: string;
  description?: string;
  enum?: string[];
  const?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minItems?: number;
}

function expectation(error: ErrorObject): string {
  const schema = (error.parentSchema ?? {}) as Described;
  if (schema.enum !== undefined) return `one of ${schema.enum.join(", ")}`;
  if (error.keyword === "pattern" && schema.description !== undefined) return schema.description;
  if (schema.const !== undefined) return `the word ${schema.const}`;
  const kind = kinds[schema.type ?? ""] ?? "another value";
  const description = schema.description === undefined ? "" : ` (${schema.description})`;
  const lower = schema.minimum ?? schema.exclusiveMinimum;
  if (lower !== undefined && schema.maximum !== undefined) {
    return `${kind} from ${lower} to ${schema.maximum}${description}`;
  }
  if (error.keyword === "minItems") return `a list of at least ${schema.minItems ?? 1}${description}`;
  return `${kind}${description}`;
}

function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
