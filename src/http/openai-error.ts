import type { GatewayError } from "../kernel/index.ts";
import { openAiErrorOf } from "../../schemas/index.ts";
import type { ErrorCode, OpenAiError } from "../../schemas/index.ts";

/** Renders a thrown error as OpenAI's clients want it. */
export function toOpenAiError(error: GatewayError): OpenAiError {
  return openAiErrorOf({
    code: error.code as ErrorCode,
    status: error.status,
    message: error.message,
    param: error.errors[0]?.path ?? (error.code === "not_found" ? "model" : null),
  });
}
