import type { OpenAiError } from "../http/chat-completions.ts";
import type { ErrorCode } from "../http/problem.ts";

/** Codes that OpenAI's clients know by other names than ours. */
const openAiCodes: Partial<Record<ErrorCode, string>> = {
  not_found: "model_not_found",
  unauthorized: "invalid_api_key",
  rate_limited: "rate_limit_exceeded",
};

interface Parts {
  code: ErrorCode;
  status: number;
  message: string;
  param: string | null;
}

/** OpenAI's rendering of an error. Its clients tell errors apart by their status; `type` and `code` are for people and logs. */
export function openAiErrorOf({ code, status, message, param }: Parts): OpenAiError {
  return { error: { message, type: typeOf(status), param, code: openAiCodes[code] ?? code } };
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}
