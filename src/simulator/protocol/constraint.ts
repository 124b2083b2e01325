import { isRefusedByXgrammar } from "../guided/xgrammar-limits.ts";
import type { ChatRequest } from "./chat-request.ts";
import { badRequest, wireError } from "./wire-error.ts";

/** What the answer must look like. `json_object`: any JSON object. Null: free text. */
export type Constraint =
  | { kind: "schema"; schema: unknown }
  | { kind: "json_object" }
  | { kind: "choice"; choices: string[] }
  | { kind: "regex"; pattern: string }
  | null;

const kinds = ["json", "regex", "choice", "grammar", "json_object", "structural_tag"] as const;

/** Reads the constraint of a request. response_format overrides structured_outputs; two kinds together are refused. */
export function readConstraint(request: ChatRequest): Constraint {
  const fromFormat = readResponseFormat(request.response_format);
  const options = { ...request.structured_outputs, ...fromFormat };
  const given = kinds.filter(
    (kind) => options[kind] !== undefined && options[kind] !== null && options[kind] !== false,
  );
  const [kind, second] = given;
  if (kind === undefined) {
    if (request.structured_outputs && fromFormat === null)
      throw badRequest("You must use one kind of constraints for structured outputs, but none are specified.");
    return null;
  }
  if (second !== undefined)
    throw badRequest(
      `You can only use one kind of structured outputs constraint but multiple are specified: ${given.join(", ")}.`,
    );
  return toConstraint(kind, options[kind]);
}

function readResponseFormat(format: ChatRequest["response_format"]): Record<string, unknown> | null {
  switch (format?.type) {
    case undefined:
    case "text":
      return null;
    case "json_object":
      return { json_object: true };
    case "json_schema":
      if (!format.json_schema?.schema)
        throw badRequest(
          "When response_format type is 'json_schema', the 'json_schema' field must be provided.",
          "response_format",
        );
      return { json: format.json_schema.schema };
    case "structural_tag":
      return { structural_tag: format };
    default:
      throw wireError(
        400,
        "Bad Request",
        `1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': "Input should be 'text', 'json_object' or 'json_schema'", 'input': '${String(format?.type)}'}\n`,
      );
  }
}

function toConstraint(kind: (typeof kinds)[number], value: unknown): Constraint {
  switch (kind) {
    case "json":
      return { kind: "schema", schema: readJsonSchema(value) };
    case "json_object":
      return { kind: "json_object" };
    case "choice":
      if (!Array.isArray(value) || value.length === 0 || !value.every((word) => typeof word === "string"))
        throw badRequest("The choice must be a non-empty list of strings.");
      return { kind: "choice", choices: value };
    case "regex":
      if (typeof value !== "string") throw badRequest("The regex must be a string.");
      return { kind: "regex", pattern: value };
    case "grammar":
    case "structural_tag":
      throw wireError(501, "NotImplementedError", `${kind} is not supported by this server.`);
  }
}

function readJsonSchema(value: unknown): unknown {
  let schema = value;
  if (typeof value === "string") {
    try {
      schema = JSON.parse(value);
    } catch {
      throw badRequest("Invalid JSON grammar specification.");
    }
  }
  if (isRefusedByXgrammar(schema))
    throw badRequest("The provided JSON schema contains features not supported by xgrammar.");
  return schema;
}
