import { errorCatalogue, openAiErrorOf } from "../schemas/index.ts";
import type { ErrorCode, OpenAiError, Problem } from "../schemas/index.ts";
import { errorHeaders } from "./headers.ts";

/** Response schemas for error codes, by status, for a route's part of openapi.json. */
export function problemResponses(...codes: ErrorCode[][]): Record<number, object> {
  return responses(codes.flat(), "application/problem+json", "Problem#", problemExample);
}

/** The same for a route whose errors have OpenAI's shape. */
export function openAiErrorResponses(...codes: ErrorCode[][]): Record<number, object> {
  return responses(codes.flat(), "application/json", "OpenAiError#", openAiExample);
}

function responses(
  codes: readonly ErrorCode[],
  mediaType: string,
  $ref: string,
  exampleOf: (code: ErrorCode) => object,
): Record<number, object> {
  const byStatus = Map.groupBy(codes, (code) => errorCatalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, meanings]) => [
      status,
      {
        description: meanings.map((code) => `\`${code}\`: ${errorCatalogue[code].when}`).join(" "),
        headers: errorHeaders(status),
        content: { [mediaType]: { schema: { $ref }, example: exampleOf(meanings[0] as ErrorCode) } },
      },
    ]),
  );
}

const exampleId = "req_01a209e9965775fd890e0782877f9803";

function problemExample(code: ErrorCode): Problem {
  const { title, status, retryable } = errorCatalogue[code];
  return {
    type: `urn:garment-gateway:error:${code}`,
    title,
    status,
    detail: exampleDetails[code] ?? title,
    instance: exampleId,
    code,
    retryable,
    ...(code === "request_invalid" && { errors: [{ path: "deadline_ms", message: "must be integer" }] }),
  };
}

function openAiExample(code: ErrorCode): OpenAiError {
  const { title, status } = errorCatalogue[code];
  return openAiErrorOf({
    code,
    status,
    message: code === "request_invalid" ? "`messages` is missing." : (exampleDetails[code] ?? title),
    param: code === "request_invalid" ? "messages" : code === "not_found" ? "model" : null,
  });
}

/** What the first code of each status says where it happens. */
const exampleDetails: Partial<Record<ErrorCode, string>> = {
  request_invalid: "Some options do not fit; `errors` names each.",
  unauthorized: "Send your API key in the header `Authorization: Bearer KEY`.",
  forbidden: "This API key does not have the scope infer. Use one that has, or ask who runs this gateway.",
  not_found: "No model or backend has this id. GET /v1/models lists them.",
  body_too_large: "Send at most 67108864 bytes.",
  unsupported_media_type: "The bytes are no accepted image. Send JPEG, PNG, WebP, AVIF, GIF, TIFF, HEIC or HEIF.",
  too_many_images: "Send at most 4 images of one garment.",
  rate_limited:
    "The requests that this key may use in a minute are used up. Send the request again after the time in Retry-After.",
  internal: "Something went wrong on our side. Send the request again; if it stays, report its request id.",
  answer_invalid: "The model's answer was still invalid after it was asked again (brand). Send the request again.",
  backend_failed: "Every attempt at a backend failed. Send the request again.",
  overloaded: "The backends are busy. Send the request again after the time in Retry-After.",
  deadline_exceeded:
    "The answer was not ready in time. Send the request again, with a larger deadline_ms if you can wait.",
};
