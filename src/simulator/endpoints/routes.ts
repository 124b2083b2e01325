import { playMetricsFaults } from "../faults/metrics.ts";
import type { Exchange } from "../http/exchange.ts";
import { ClientGone } from "../http/exchange.ts";
import type { Lifecycle } from "../lifecycle.ts";
import { createBodyReader } from "../protocol/body.ts";
import { ChatRequestSchema } from "../protocol/chat-request.ts";
import { WireError, internalError, unauthorized, wireError } from "../protocol/wire-error.ts";
import type { Server } from "../server.ts";
import { answerChat } from "./chat.ts";
import { answerFaults } from "./faults.ts";
import { listModels } from "./models.ts";
import { DetokenizeRequestSchema, TokenizeRequestSchema, detokenize, tokenize } from "./tokenize.ts";

type Endpoint = (exchange: Exchange) => Promise<void> | void;

/** The server's table of contents: path, methods, endpoint. Only /v1 is behind the API key. */
export function createRoutes(server: Server, lifecycle: Lifecycle): (exchange: Exchange) => Promise<void> {
  const readChat = createBodyReader(ChatRequestSchema);
  const readTokenize = createBodyReader(TokenizeRequestSchema);
  const readDetokenize = createBodyReader(DetokenizeRequestSchema);
  const { endpoints, counts, dice, clock } = server;

  const health: Endpoint = (exchange) => {
    exchange.begin(lifecycle.isHealthy ? 200 : 503, { "content-length": "0" });
    exchange.end();
  };
  const routes: Record<string, Record<string, Endpoint>> = {
    "/health": { GET: health },
    "/ping": { GET: health, POST: health },
    "/metrics": {
      async GET(exchange) {
        const { text, contentType } = await server.metrics.expose(server.engine, server.media);
        const faulty = await playMetricsFaults(dice, clock, text, exchange.signal);
        exchange.begin(200, { "content-type": contentType, "content-length": String(Buffer.byteLength(faulty)) });
        exchange.end(faulty);
      },
    },
    "/v1/models": { GET: (exchange) => exchange.sendJson(200, listModels(server)) },
    "/v1/chat/completions": { POST: (exchange) => answerChat(exchange, server, lifecycle, readChat) },
    "/simulator/faults": {
      GET: (exchange) => answerFaults(exchange, dice),
      PUT: (exchange) => answerFaults(exchange, dice),
    },
  };
  if (endpoints.version)
    routes["/version"] = {
      GET: (exchange) => exchange.sendJson(200, { version: `${server.version()}+simulator` }),
    };
  if (endpoints.load) routes["/load"] = { GET: (exchange) => exchange.sendJson(200, { server_load: counts.inFlight }) };
  if (endpoints.tokenize) {
    routes["/tokenize"] = {
      async POST(exchange) {
        const request = readTokenize(await exchange.readBody(), exchange.headers["content-type"]);
        exchange.sendJson(200, await tokenize(server, request));
      },
    };
    routes["/detokenize"] = {
      async POST(exchange) {
        const request = readDetokenize(await exchange.readBody(), exchange.headers["content-type"]);
        exchange.sendJson(200, detokenize(server, request));
      },
    };
  }

  function find({ method, path, headers }: Exchange): Endpoint {
    if (path.startsWith("/v1/") && server.apiKey !== undefined && headers.authorization !== `Bearer ${server.apiKey}`)
      throw unauthorized();
    const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (methods === undefined) throw wireError(404, "Not Found", "Not Found");
    const endpoint = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (endpoint === undefined)
      throw new WireError(
        405,
        { error: { message: "Method Not Allowed", type: "Method Not Allowed", param: null, code: 405 } },
        { allow: Object.keys(methods).join(", ") },
      );
    return endpoint;
  }

  return async (exchange) => {
    const startedAt = clock.now();
    // /load counts the requests that do work, those still in image preparation included.
    const isWork = exchange.path === "/v1/chat/completions" || exchange.path === "/tokenize";
    if (isWork) counts.inFlight += 1;
    try {
      await find(exchange)(exchange);
    } catch (error) {
      answerError(exchange, error);
    } finally {
      if (isWork) counts.inFlight -= 1;
      const handler = Object.hasOwn(routes, exchange.path) ? exchange.path : "none";
      server.metrics.http(exchange.method, handler, exchange.status, (clock.now() - startedAt) / 1000);
    }
  };
}

function answerError(exchange: Exchange, error: unknown): void {
  if (error instanceof ClientGone || exchange.signal.aborted) return;
  if (exchange.hasBegun) {
    exchange.reset();
    return;
  }
  const { status, body, headers } = error instanceof WireError ? error : internalError();
  exchange.sendJson(status, body, headers);
}
