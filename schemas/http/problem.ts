import { Type } from "typebox";
import type { Static } from "typebox";

/** Every error code of the contract with its status: a closed list. A test holds it and the code together. */
export const errorStatuses = {
  request_invalid: 400,
  image_missing: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  idempotency_in_flight: 409,
  body_too_large: 413,
  image_too_large: 413,
  unsupported_media_type: 415,
  too_many_images: 422,
  image_corrupt: 422,
  image_too_many_pixels: 422,
  url_forbidden: 422,
  url_unreachable: 422,
  idempotency_mismatch: 422,
  rate_limited: 429,
  internal: 500,
  answer_invalid: 502,
  backend_failed: 502,
  overloaded: 503,
  no_backend: 503,
  deadline_exceeded: 504,
} as const;

export type ErrorCode = keyof typeof errorStatuses;

/** RFC 9457 problem details with the members of the contract. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: "URI of the error's documentation." }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: "What to do about it." }),
    instance: Type.String({ description: "The request id." }),
    code: Type.Unsafe<ErrorCode>({ type: "string", enum: Object.keys(errorStatuses) }),
    retryable: Type.Boolean({ description: "Whether the same request can succeed later." }),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { description: "RFC 9457 problem details" },
);

export type Problem = Static<typeof ProblemSchema>;
