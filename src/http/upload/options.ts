import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import { AttributesJsonSchema, OptionsSchema, TextOptionsSchema } from "../../../schemas/index.ts";
import type { AttributesJson, AttributesOptions } from "../../../schemas/index.ts";
import type { ErrorItem } from "../../kernel/index.ts";
import { toErrorItem } from "../error-item.ts";
import { requestInvalid } from "../errors.ts";
import { findJsonExcess } from "../json-shape.ts";

/** Most bytes of `metadata` as JSON. */
const maxMetadataBytes = 4096;

/** Its text may be longer than that by white space, but not without end. */
const maxMetadataText = 4 * maxMetadataBytes;

/** Texts become numbers here and only here; unknown members stay and are refused. */
const validateTextOptions = new Ajv({ allErrors: true, coerceTypes: true }).compile(TextOptionsSchema);
// The first mistake only: a body may hold thousands, and each would become an object.
const strict = new Ajv();
const validateOptions = strict.compile<AttributesOptions>(OptionsSchema);
const validateJson = strict.compile<AttributesJson>(AttributesJsonSchema);

/** Reads options from a query string or multipart fields, where everything is text. */
export function readTextOptions(text: Record<string, unknown>): AttributesOptions {
  const options = { ...text };
  check(validateTextOptions, options);
  const metadata = typeof options["metadata"] === "string" ? parseMetadata(options["metadata"]) : undefined;
  return checkOptions({ ...options, ...(metadata !== undefined && { metadata }) });
}

/** Reads a JSON body; the images' bytes and number are judged by the caller. */
export function readJson(body: unknown): { images: AttributesJson["images"]; options: AttributesOptions } {
  check(validateJson, body);
  const { images, ...options } = body as AttributesJson;
  return { images, options: checkOptions(options) };
}

function checkOptions(options: Record<string, unknown>): AttributesOptions {
  check(validateOptions, options);
  const checked = options as AttributesOptions;
  if (checked.tier !== undefined && checked.model !== undefined) {
    throw invalid([{ path: "model", message: "excludes tier: give one of the two" }]);
  }
  if (checked.metadata !== undefined && Buffer.byteLength(JSON.stringify(checked.metadata)) > maxMetadataBytes) {
    throw invalid([{ path: "metadata", message: `must take at most ${maxMetadataBytes} bytes as JSON` }]);
  }
  return checked;
}

function parseMetadata(text: string): unknown {
  const excess =
    text.length > maxMetadataText
      ? `must take at most ${maxMetadataBytes} bytes as JSON`
      : findJsonExcess(Buffer.from(text));
  if (excess !== null) throw invalid([{ path: "metadata", message: excess }]);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid([{ path: "metadata", message: "must be an object as JSON text" }]);
  }
}

function check(validate: ValidateFunction, value: unknown): void {
  if (validate(value)) return;
  throw invalid((validate.errors ?? []).map(toErrorItem));
}

function invalid(errors: ErrorItem[]) {
  return requestInvalid("Some options do not fit; `errors` names each.", { errors: errors.slice(0, 50) });
}
