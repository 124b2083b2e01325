/**
 * What every HTTP request meets: errors as answers, request ids, deadlines, uploads, the API description.
 * Knows Fastify and the contract; knows nothing of images, models or backends.
 */
export { parseCacheControl } from "./cache-control.ts";
export { admissionPlugin } from "./admission.ts";
export { arrivalPlugin } from "./arrival.ts";
export { keyedAccess } from "./auth.ts";
export { chatPlugin } from "./chat/index.ts";
export { contentEncodingPlugin } from "./content-encoding.ts";
export { eventStreamPlugin } from "./event-stream.ts";
export { notFound } from "./errors.ts";
export { idempotencyPlugin } from "./idempotency.ts";
export type { IdempotentContent } from "./idempotency.ts";
export { jsonRoutesPlugin } from "./json-routes.ts";
export { ndjsonRoutesPlugin } from "./ndjson-routes.ts";
export { observePlugin } from "./observe.ts";
export { openApiPlugin } from "./openapi.ts";
export { answerFrameworkError, problemPlugin } from "./problem.ts";
export { requestContextPlugin } from "./request-context.ts";
export { createRequestIds } from "./request-id.ts";
export { answerBrokenRequest } from "./broken-request.ts";
export { uploadPlugin } from "./upload/index.ts";
export type { Upload, UploadedImage } from "./upload/index.ts";
