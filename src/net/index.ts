/**
 * HTTP to other machines: pooled connections, typed failures, bounded answers.
 * The only room that knows undici. It knows no backend, no JSON and no retry policy beyond the dead socket.
 */
export { openPool } from "./pool.ts";
export type { HttpPool, HttpRequest, HttpResponse, PoolOptions } from "./pool.ts";
export { NetError } from "./net-error.ts";
export type { NetErrorKind } from "./net-error.ts";
