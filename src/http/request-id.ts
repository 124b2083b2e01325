import type { IncomingMessage } from "node:http";
import { createId } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";

const acceptable = /^[A-Za-z0-9._-]{1,128}$/;

/** Takes the caller's X-Request-Id where it is safe to echo and log, and makes one otherwise. */
export function createRequestIds(clock: Clock): (request: Pick<IncomingMessage, "headers">) => string {
  return (request) => {
    const given = request.headers["x-request-id"];
    return typeof given === "string" && acceptable.test(given) ? given : createId("req_", clock.wall());
  };
}
