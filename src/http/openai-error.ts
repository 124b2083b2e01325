import type { GatewayError } from "../kernel/index.ts";
import type { OpenAiError } from "../../schemas/index.ts";

/** Codes that OpenAI's clients know by other names than ours. */
const openAiCodes: Readonly<Record<string, string>> = {
  not_found: "model_not_found",
  unauthorized: "invalid_api_key",
  rate_limited: "rate_limit_exceeded",
};

/** OpenAI's rendering of an error. Its clients tell errors apart by their status; `type` and `code` are for people and logs. */
export function toOpenAiError(error: GatewayError): OpenAiError {
  return {
    error: {
      message: error.message,
      type: typeOf(error.status),
      param: error.errors[0]?.path ?? (error.code === "not_found" ? "model" : null),
      code: openAiCodes[error.code] ?? error.code,
    },
  };
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}
