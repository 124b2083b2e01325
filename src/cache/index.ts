/**
 * Work that need not be done twice: answers kept by their content, identical work shared while it runs, replies kept by
 * the caller's idempotency key.
 * Knows keys, bytes, time and who is waiting; refuses to know what an image, a model, a backend or a request is.
 */
export { createAnswerCache } from "./answer-cache.ts";
export type { StoreLimits } from "./answer-cache.ts";
export { createAnswers } from "./answers.ts";
export type { Answers, CacheMode, CacheOutcome } from "./answers.ts";
export { contentKey } from "./content-key.ts";
export type { Content } from "./content-key.ts";
export { createIdempotency } from "./idempotency.ts";
export type { Idempotency, Reply } from "./idempotency.ts";
export { createSingleFlight } from "./single-flight.ts";
export type { TimeLeft } from "./single-flight.ts";
