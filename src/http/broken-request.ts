import type { Duplex } from "node:stream";
import { createId } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import { deadlineExceeded, requestInvalid } from "./errors.ts";
import { toProblem } from "./problem.ts";

/**
 * Answers what is not even HTTP (garbage on the socket, oversized headers, a request that never completes) with the
 * contract's problem details, where the socket still takes them, and closes it.
 */
export function answerBrokenRequest(clock: Clock): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  return (error, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const reason =
      error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? deadlineExceeded("The request did not arrive completely in time.")
        : requestInvalid("This is not a well-formed HTTP/1.1 request.");
    const body = JSON.stringify(toProblem(reason, createId("req_", clock.wall())));
    const statusText = reason.status === 504 ? "Gateway Timeout" : "Bad Request";
    socket.end(
      `HTTP/1.1 ${reason.status} ${statusText}\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    );
  };
}
