import type { BackendFailure } from "../backends/index.ts";
import type { GatewayError } from "../kernel/index.ts";
import { backendFailed, requestRefused } from "./errors.ts";

/** What a caller can do about a request that a backend refuses, in our words: the backend's own may repeat the request. */
const sentences: Readonly<Record<NonNullable<BackendFailure["refusal"]>, string>> = {
  context_length:
    "The prompt and the asked output are longer than the model's context. Send less text, fewer images or a smaller max_completion_tokens.",
  grammar_unsupported:
    "The backend cannot follow this `response_format` or `structured_outputs`. Simplify its schema or grammar.",
  image_unreadable: "The backend cannot read an image of this request. Send it as another JPEG or PNG.",
  too_many_images: "The backend takes fewer images in one request. Send fewer.",
  model_unknown: "The backend does not serve its model any more. Send the request again.",
  other:
    "The backend does not accept a member of this request, or how they go together. Check them against vLLM's API.",
};

/** The error for a chat completion that a backend refuses: the caller's own, whose request goes there as it is. */
export function refusalOf(failure: BackendFailure): GatewayError {
  const reason = failure.refusal ?? "other";
  // Which model that backend serves is between it and us.
  const error = reason === "model_unknown" ? backendFailed : requestRefused;
  return error(sentences[reason], { cause: failure });
}
