import { Type } from "typebox";
import type { Static } from "typebox";

/**
 * Every error code of the contract: the only place that says its status, title and meaning. Rooms make their errors
 * from it, docs/errors.md and openapi.json are generated from it.
 */
export const errorCatalogue = {
  request_invalid: {
    code: "request_invalid",
    status: 400,
    title: "The request does not fit the schema",
    retryable: false,
    when: "The body, query, headers or options do not fit the schema; `errors` lists each place.",
  },
  image_missing: {
    code: "image_missing",
    status: 400,
    title: "No image",
    retryable: false,
    when: "The body is empty, no part is a file, or `images` is missing or empty.",
  },
  unauthorized: {
    code: "unauthorized",
    status: 401,
    title: "No valid key",
    retryable: false,
    when: "The API key is missing or wrong.",
  },
  forbidden: {
    code: "forbidden",
    status: 403,
    title: "The key does not allow this",
    retryable: false,
    when: "The API key lacks the scope that the path needs.",
  },
  not_found: {
    code: "not_found",
    status: 404,
    title: "Not found",
    retryable: false,
    when: "The path, id, model or backend is unknown.",
  },
  idempotency_in_flight: {
    code: "idempotency_in_flight",
    status: 409,
    title: "The first request is still running",
    retryable: true,
    when: "Reserved: here a request with the same Idempotency-Key always joins the one that runs, so this is never seen.",
  },
  body_too_large: {
    code: "body_too_large",
    status: 413,
    title: "The request body is too large",
    retryable: false,
    when: "The whole body is larger than server.max_body_bytes.",
  },
  image_too_large: {
    code: "image_too_large",
    status: 413,
    title: "The image is too large",
    retryable: false,
    when: "One image is larger than image.max_bytes.",
  },
  unsupported_media_type: {
    code: "unsupported_media_type",
    status: 415,
    title: "Unsupported media type",
    retryable: false,
    when: "The request is in none of the accepted forms (multipart without a boundary included), the body is compressed, or the bytes are no accepted image.",
  },
  too_many_images: {
    code: "too_many_images",
    status: 422,
    title: "Too many images",
    retryable: false,
    when: "The request holds more than image.max_images images, or more than the model takes.",
  },
  image_corrupt: {
    code: "image_corrupt",
    status: 422,
    title: "The image is corrupt",
    retryable: false,
    when: "It starts like an image and cannot be decoded, or its base64 is none.",
  },
  image_too_many_pixels: {
    code: "image_too_many_pixels",
    status: 422,
    title: "The image has too many pixels",
    retryable: false,
    when: "Its header declares more than image.max_pixels; it was not decoded.",
  },
  url_forbidden: {
    code: "url_forbidden",
    status: 422,
    title: "The image URL is not allowed",
    retryable: false,
    when: "URLs are switched off, the URL is not https, its host is not allowed, or an address on the way is private.",
  },
  url_unreachable: {
    code: "url_unreachable",
    status: 422,
    title: "The image URL could not be fetched",
    retryable: true,
    when: "The image was not fetched in time and size.",
  },
  idempotency_mismatch: {
    code: "idempotency_mismatch",
    status: 422,
    title: "The Idempotency-Key was used for something else",
    retryable: false,
    when: "The same key came with other images, views or options.",
  },
  rate_limited: {
    code: "rate_limited",
    status: 429,
    title: "Too many requests",
    retryable: true,
    when: "The key's rate limit is used up; Retry-After says when it is not.",
  },
  internal: {
    code: "internal",
    status: 500,
    title: "Internal error",
    retryable: true,
    when: "A defect of the gateway; nothing that a client or a backend sends may cause it.",
  },
  answer_invalid: {
    code: "answer_invalid",
    status: 502,
    title: "The model's answer could not be made valid",
    retryable: true,
    when: "The answer was still invalid after it was asked for again.",
  },
  backend_failed: {
    code: "backend_failed",
    status: 502,
    title: "The backend failed",
    retryable: true,
    when: "Every attempt failed. Not retryable where the backend refused the request itself.",
  },
  overloaded: {
    code: "overloaded",
    status: 503,
    title: "The gateway is overloaded",
    retryable: true,
    when: "There is more work than the gateway or its backends can take; Retry-After says when to come back.",
  },
  no_backend: {
    code: "no_backend",
    status: 503,
    title: "No backend can serve this",
    retryable: true,
    when: "No usable backend fits the request now; Retry-After says when to come back.",
  },
  deadline_exceeded: {
    code: "deadline_exceeded",
    status: 504,
    title: "The deadline passed",
    retryable: true,
    when: "The answer was not ready within deadline_ms or the default deadline, the upload included.",
  },
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/** RFC 9457 problem details with the members of the contract. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: "Names the kind of error; docs/errors.md explains it." }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: "What to do about it." }),
    instance: Type.String({ description: "The request id." }),
    code: Type.Unsafe<ErrorCode>({ type: "string", enum: Object.keys(errorCatalogue) }),
    retryable: Type.Boolean({ description: "Whether the same request can succeed later." }),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { description: "RFC 9457 problem details" },
);

export type Problem = Static<typeof ProblemSchema>;
