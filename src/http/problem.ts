import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { GatewayError } from "../kernel/index.ts";
import { OpenAiErrorSchema, ProblemSchema } from "../../schemas/index.ts";
import type { ErrorCode, Problem } from "../../schemas/index.ts";
import { Misfit } from "./error-item.ts";
import { bodyTooLarge, internalError, notFound, requestInvalid, unsupportedMediaType } from "./errors.ts";
import { toOpenAiError } from "./openai-error.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** How this route's errors look; RFC 9457 problem details where nothing is said. */
    errorShape?: "openai";
  }
  interface FastifyRequest {
    /** The error code this request was answered with, for its log line. */
    errorCode: ErrorCode | null;
  }
}

/** The only place that turns a thrown error into an answer. */
export const problemPlugin = fp(
  async (app: FastifyInstance) => {
    // Routes name these two as `Problem#` and `OpenAiError#`.
    app.addSchema({ $id: "Problem", ...ProblemSchema });
    app.addSchema({ $id: "OpenAiError", ...OpenAiErrorSchema });
    app.decorateRequest("errorCode", null);
    app.setNotFoundHandler((request) => {
      throw notFound(`There is no ${request.method} ${pathOf(request)}. GET /openapi.json lists what there is.`);
    });
    app.setErrorHandler((thrown, request, reply) => {
      const error = toGatewayError(thrown, request);
      // Nobody is left to answer, and nothing is wrong with us: the request's log line says 499.
      if (request.raw.socket.destroyed) return sendError(reply, error, request);
      request.errorCode = error.code as ErrorCode;
      if (error.status >= 500) logFailure(request, error);
      return sendError(reply, error, request);
    });
  },
  { name: "problem" },
);

/** Answers what Fastify refuses before any hook runs, such as a path that is no valid URL. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.header("x-request-id", request.id);
  void sendError(reply, toGatewayError(error, request), request);
}

/** RFC 9457 rendering of an error. */
export function toProblem(error: GatewayError, requestId: string): Problem {
  return {
    type: `urn:garment-gateway:error:${error.code}`,
    title: error.definition.title,
    status: error.status,
    detail: error.message,
    instance: requestId,
    code: error.code as ErrorCode,
    retryable: error.retryable,
    ...(error.errors.length > 0 && { errors: error.errors }),
  };
}

function sendError(reply: FastifyReply, error: GatewayError, request: FastifyRequest): FastifyReply {
  if (error.retryAfterSeconds !== undefined) reply.header("retry-after", String(Math.ceil(error.retryAfterSeconds)));
  reply.code(error.status).serializer(JSON.stringify);
  return request.routeOptions.config.errorShape === "openai"
    ? reply.header("content-type", "application/json; charset=utf-8").send(toOpenAiError(error))
    : reply.header("content-type", "application/problem+json; charset=utf-8").send(toProblem(error, request.id));
}

/** Gives every error a code of the contract; what is not foreseen is a defect of ours. */
function toGatewayError(thrown: unknown, request: FastifyRequest): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  if (thrown instanceof Misfit) {
    return requestInvalid("The request does not fit; `errors` names each place.", { errors: thrown.items });
  }
  const { code, statusCode } = thrown as Partial<FastifyError>;
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE" || code === "FST_ERR_CTP_EMPTY_TYPE") {
    return unsupportedMediaType(
      request.routeOptions.config.errorShape === "openai"
        ? "Send application/json."
        : "Send multipart/form-data, an image/* body, or application/json.",
    );
  }
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return bodyTooLarge("The body is larger than this path takes.");
  // Fastify's own complaints about a request carry a 4xx status; whatever else arrives here is unforeseen.
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? requestInvalid("The request is not well-formed.", { cause: thrown })
    : internalError("Something went wrong on our side. Send the request again; if it stays, report its request id.", {
        cause: thrown,
      });
}

function logFailure(request: FastifyRequest, error: GatewayError): void {
  const fields = { code: error.code, cause: describeCause(error.cause) };
  if (error.code === "internal") request.log.error({ ...fields, err: error.cause }, "request failed by a defect");
  else request.log.warn(fields, "request failed");
}

/** The reason in short: names and messages of our own errors hold no bodies, prompts or keys. */
function describeCause(cause: unknown): string | undefined {
  return cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, 300) : undefined;
}

function pathOf(request: FastifyRequest): string {
  const path = request.url.split("?", 1)[0] ?? "";
  return path.length > 100 ? `${path.slice(0, 100)}…` : path;
}
