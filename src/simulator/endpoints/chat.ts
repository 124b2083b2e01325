import { prepareChat } from "../chat.ts";
import type { PreparedChat } from "../chat.ts";
import { deliver, playArrivalFaults } from "../faults/delivery.ts";
import { playStatusFaults } from "../faults/status.ts";
import { ClientGone } from "../http/exchange.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { BodyReader } from "../protocol/body.ts";
import type { ChatRequest } from "../protocol/chat-request.ts";
import { completionBody } from "../protocol/chat-response.ts";
import { createChatStream } from "../protocol/chat-stream.ts";
import { WireError, internalError } from "../protocol/wire-error.ts";
import type { Server } from "../server.ts";

/** POST /v1/chat/completions, from the body to the last byte. Throws WireError for what is answered with a status. */
export async function answerChat(
  exchange: Exchange,
  server: Server,
  lifecycle: Lifecycle,
  readRequest: BodyReader<ChatRequest>,
): Promise<void> {
  const { counts, dice, clock } = server;
  const bytes = await exchange.readBody();
  counts.chatCalls += 1;
  try {
    lifecycle.riskDeath();
    lifecycle.checkEngine();
    await playArrivalFaults(exchange, dice, clock);
    playStatusFaults(dice, server.modelId);
    const request = readRequest(bytes, exchange.headers["content-type"]);
    const chat = await prepareChat(server, request, header(exchange, "x-request-id"), exchange.signal);
    if (request.stream === true) await sendStream(exchange, server, lifecycle, chat, request);
    else await sendWhole(exchange, server, lifecycle, chat);
    counts.completed += 1;
  } catch (error) {
    if (error instanceof ClientGone) {
      counts.aborted += 1;
      server.metrics.aborted("abort");
    } else {
      counts.failed += 1;
      if (!(error instanceof WireError) || error.status >= 500) server.metrics.aborted("error");
    }
    throw error;
  }
}

async function sendWhole(exchange: Exchange, server: Server, lifecycle: Lifecycle, chat: PreparedChat): Promise<void> {
  lifecycle.checkEngine();
  await chat.generate();
  if (server.dice.roll("stream-error") !== undefined) throw internalError();
  const usage = { promptTokens: chat.reportedPromptTokens, completionTokens: chat.answer.tokens.length };
  const body = completionBody(chat.head, chat.answer, usage, chat.reply);
  await deliver(exchange, server.dice, server.clock, body, loadHeader(exchange, server));
}

async function sendStream(
  exchange: Exchange,
  server: Server,
  lifecycle: Lifecycle,
  chat: PreparedChat,
  request: ChatRequest,
): Promise<void> {
  lifecycle.checkEngine();
  const stream = createChatStream(
    chat.head,
    chat.answer,
    {
      ...chat.reply,
      includeUsage: request.stream_options?.include_usage === true,
      continuousUsage: request.stream_options?.continuous_usage_stats === true,
      promptTokens: chat.reportedPromptTokens,
    },
    (text) => exchange.write(text),
  );
  const failsHalfway = server.dice.roll("stream-error") !== undefined;
  exchange.begin(200, { "content-type": "text/event-stream; charset=utf-8" });
  try {
    await chat.generate((generated) => {
      if (!failsHalfway || generated <= chat.answer.tokens.length / 2) stream.advance(generated);
    });
    if (failsHalfway) throw internalError();
    stream.finish();
  } catch (error) {
    if (error instanceof ClientGone) throw error;
    stream.fail((error instanceof WireError ? error : internalError()).body);
  }
  exchange.end();
}

/** The load report a client may ask for with each answer (ORCA, `endpoint-load-metrics-format`). */
function loadHeader(exchange: Exchange, { engine }: Server): Record<string, string> {
  const metrics = { kv_cache_usage_perc: engine.kvUsage, num_requests_waiting: engine.waiting };
  const format = header(exchange, "endpoint-load-metrics-format")?.toUpperCase();
  if (format === "JSON") return { "endpoint-load-metrics": `JSON ${JSON.stringify({ named_metrics: metrics })}` };
  if (format !== "TEXT") return {};
  const list = Object.entries(metrics).map(([name, value]) => `named_metrics.${name}=${value}`);
  return { "endpoint-load-metrics": `TEXT ${list.join(", ")}` };
}

function header(exchange: Exchange, name: string): string | undefined {
  const value = exchange.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
