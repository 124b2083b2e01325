import { Ajv } from "ajv";
import type { ErrorObject } from "ajv";
import { ChatCompletionBodySchema } from "../../../schemas/index.ts";
import type { ChatCompletionBody } from "../../../schemas/index.ts";
import { requestInvalid } from "../errors.ts";

const validate = new Ajv({ allowUnionTypes: true }).compile<ChatCompletionBody>(ChatCompletionBodySchema);

/**
 * Members that go no further, with the reason and the way out. vLLM ignores what it does not know, so an option that it
 * has dropped would be lost without a word.
 */
const refusedMembers: readonly (readonly [RegExp, string])[] = [
  [
    /^guided_/,
    "was removed in vLLM 0.12 and would be ignored without a word: the answer would be free text. Use `response_format` with a json_schema, or `structured_outputs`.",
  ],
  [
    /^mm_processor_kwargs$/,
    "is not taken: the gateway itself sends each image at the size that suits the model and the budget of vision tokens.",
  ],
];

/** Checks what the gateway must know of a chat completion. @throws GatewayError request_invalid */
export function checkChatBody(body: unknown): ChatCompletionBody {
  if (!validate(body)) throw misfit(validate.errors?.[0]);
  for (const [name, value] of Object.entries(body)) {
    const reason = refusedMembers.find(([pattern]) => pattern.test(name))?.[1];
    if (reason !== undefined && value !== null) throw invalid(name, reason);
    if (isInexact(value)) throw invalid(name, "is an integer beyond 2^53, which cannot be carried exactly.");
  }
  return body;
}

/** JSON.parse has rounded such an integer already: a seed, say, would arrive as another one. */
function isInexact(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function misfit(error: ErrorObject | undefined): Error {
  const { instancePath = "", message = "does not fit", params } = error ?? {};
  const { missingProperty, allowedValues } = (params ?? {}) as { missingProperty?: string; allowedValues?: string[] };
  const path = `${instancePath}${missingProperty === undefined ? "" : `/${missingProperty}`}`;
  if (missingProperty !== undefined) return invalid(toParam(path), "is missing.");
  return invalid(toParam(path), `${message}${allowedValues === undefined ? "" : `: ${allowedValues.join(", ")}`}.`);
}

export function invalid(param: string, reason: string): Error {
  return requestInvalid(`${param === "" ? "The body" : `\`${param.slice(0, 100)}\``} ${reason}`, {
    errors: [{ path: param, message: reason }],
  });
}

/** `/messages/0/content` as OpenAI writes it: `messages[0].content`. */
function toParam(pointer: string): string {
  return pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, "[$1]")
    .replaceAll("/", ".");
}
