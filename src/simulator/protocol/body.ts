import { Ajv } from "ajv";
import type { ErrorObject, ValidateFunction } from "ajv";
import type { Static, TSchema } from "typebox";
import { Tuple, pythonRepr } from "./python-repr.ts";
import { wireError } from "./wire-error.ts";
import type { WireError } from "./wire-error.ts";

/** Reads the bytes of a request as the type of `schema`, or throws vLLM's 400. Unknown members pass, as they do there. */
export type BodyReader<T> = (bytes: Buffer, contentType: string | undefined) => T;

/** Compiles a reader once; the server keeps it. */
export function createBodyReader<S extends TSchema>(schema: S): BodyReader<Static<S>> {
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true });
  const validate = ajv.compile(schema) as ValidateFunction<Static<S>>;
  return (bytes, contentType) => {
    if (contentType?.split(";")[0]?.trim().toLowerCase() !== "application/json")
      throw invalid(["Unsupported Media Type: Only 'application/json' is allowed"]);
    const body = parse(bytes);
    if (validate(body)) return body;
    throw invalid((validate.errors ?? []).map((error) => toPydantic(error, body)));
  };
}

function parse(bytes: Buffer): unknown {
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? text.length);
    throw invalid([
      pythonRepr({
        type: "json_invalid",
        loc: new Tuple(["body", at]),
        msg: "JSON decode error",
        input: {},
        ctx: { error: "Expecting value" },
      }),
    ]);
  }
}

function invalid(errors: readonly string[]): WireError {
  const count = `${errors.length} validation error${errors.length === 1 ? "" : "s"}`;
  return wireError(400, "Bad Request", `${count}:\n${errors.map((error) => `  ${error}\n`).join("")}`);
}

const messages: Record<string, [type: string, msg: string]> = {
  string: ["string_type", "Input should be a valid string"],
  integer: ["int_type", "Input should be a valid integer"],
  number: ["float_type", "Input should be a valid number"],
  boolean: ["bool_type", "Input should be a valid boolean"],
  array: ["list_type", "Input should be a valid list"],
  object: ["dict_type", "Input should be a valid dictionary"],
};

/** One ajv error as pydantic words it. Like pydantic it carries the offending input, however large or private. */
function toPydantic(error: ErrorObject, body: unknown): string {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  if (error.keyword === "required") {
    const missing = String((error.params as { missingProperty: unknown }).missingProperty);
    const loc = new Tuple(["body", ...path, missing]);
    return pythonRepr({ type: "missing", loc, msg: "Field required", input: error.data ?? body });
  }
  const wanted = [(error.params as { type?: string | string[] }).type].flat()[0];
  const [type, msg] = messages[wanted ?? ""] ?? ["value_error", `Input ${error.message ?? "is invalid"}`];
  return pythonRepr({ type, loc: new Tuple(["body", ...path]), msg, input: error.data });
}
