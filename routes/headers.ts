const text = (description: string) => ({ type: "string", description });
const whole = (description: string) => ({ type: "integer", description });

const requestId = text("The request's id, for the log and for support.");
const rateLimit = {
  ratelimit: text("What is left of the key's limits, and seconds until there is more; only for keys with limits."),
  "ratelimit-policy": text("The key's limits: requests and vision tokens in a window of seconds."),
};

/** Request headers of every route that asks a model, for openapi.json. */
export const requestHeaders = {
  "x-priority": {
    type: "string",
    enum: ["interactive", "bulk"],
    description: "Who goes first. `bulk` waits longer: its default deadline is longer too. Default `interactive`.",
  },
  "x-request-id": {
    type: "string",
    maxLength: 128,
    description: "Letters, digits, `.`, `_`, `-`. Echoed and logged; made where it is missing.",
  },
};

/** Headers of an answer that a backend gave, for openapi.json. */
export const answerHeaders = {
  "x-request-id": requestId,
  "x-garment-backend": text("Id of the backend that answered."),
  ...rateLimit,
};

/** Headers of an error with this status, for openapi.json. */
export function errorHeaders(status: number): Record<string, object> {
  return {
    ...(status === 401 && { "www-authenticate": text("`Bearer`") }),
    ...((status === 429 || status === 503) && { "retry-after": whole("Seconds to wait before sending it again.") }),
    ...(status === 429 && rateLimit),
  };
}
