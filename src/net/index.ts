/**
 * HTTP to other machines: pooled connections, typed failures, bounded answers, and the guarded fetch of what strangers name.
 * The only room that knows undici. It knows no backend, no JSON, no image and no retry policy beyond the dead socket.
 */
export { createImageFetcher } from "./fetch-image.ts";
export type { FetchImage } from "./fetch-image.ts";
export type { Internet } from "./internet.ts";
export { openPool } from "./pool.ts";
export type { HttpPool, HttpRequest, HttpResponse, PoolOptions } from "./pool.ts";
export { NetError } from "./net-error.ts";
export type { NetErrorKind } from "./net-error.ts";
