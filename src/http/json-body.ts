import type { FastifyRequest } from "fastify";
import { bodyTooLarge, requestInvalid } from "./errors.ts";
import { findJsonExcess } from "./json-shape.ts";
import { readBody } from "./upload/body.ts";

/**
 * Reads a whole JSON body within the request's deadline; undefined where the body is empty.
 * @throws GatewayError body_too_large, request_invalid, or the deadline's reason
 */
export async function readJsonBody(request: FastifyRequest, maxBodyBytes: number): Promise<unknown> {
  const bytes = await readBody(request.raw, {
    limit: maxBodyBytes,
    tooLarge: () => bodyTooLarge(`Send at most ${maxBodyBytes} bytes.`),
    signal: request.deadline.signal,
  });
  if (bytes.length === 0) return undefined;
  const excess = findJsonExcess(bytes);
  if (excess !== null) {
    throw requestInvalid(`The body ${excess}.`, { errors: [{ path: "", message: excess }] });
  }
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch {
    // The parser's own message quotes the body.
    throw requestInvalid("The body is not valid JSON.", { errors: [{ path: "", message: "must be valid JSON" }] });
  }
}
