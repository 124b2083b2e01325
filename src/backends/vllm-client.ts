import type { BackendConfig, ChatPrompt } from "../../schemas/index.ts";
import type { Clock } from "../kernel/index.ts";
import { openPool } from "../net/index.ts";
import type { HttpPool, HttpRequest, HttpResponse } from "../net/index.ts";
import { BackendFailure, failureOfExchange, failureOfResponse } from "./failure.ts";
import { awaitFirstEvent } from "./first-event.ts";
import { isRecord, parseJson } from "./json.ts";
import { createReportSampling, loadReportRequest, readLoadReport } from "./load-report.ts";
import { readMetricsPage } from "./metrics-page.ts";
import type { MetricsPage } from "./metrics-page.ts";
import { isChatAnswer, readReply, readSystemFingerprint } from "./reply.ts";
import type { ChatReply } from "./reply.ts";
import { withTimeLimit } from "./time-limit.ts";

/** A served model as GET /v1/models lists it. */
export interface ServedModel {
  id: string;
  /** Where its weights were loaded from, as far as the server tells. */
  root: string | null;
  maxModelLen: number | null;
}

interface ChatExchange {
  reply: ChatReply;
  /** 2 where the first sending met a dead keep-alive socket. */
  sends: number;
}

interface LoadReport {
  /** Requests that waited inside when it answered; null where it was not asked or did not tell. */
  waitingInside: number | null;
}

/** The calls to one vLLM server. Each throws BackendFailure and closes its socket when the signal aborts. */
export interface VllmClient {
  /** A live chat call. */
  chat(body: Buffer, signal: AbortSignal): Promise<ChatExchange & LoadReport>;
  /** A live chat call whose 200 answer is passed on as it is, once it is known to be a chat answer. */
  forward(body: Buffer, signal: AbortSignal): Promise<HttpResponse & LoadReport>;
  /** The same for a stream: resolves with its first event, and then the signal ends it no more. */
  forwardStream(body: Buffer, signal: AbortSignal): Promise<StreamedResponse>;
  /** A chat call that no caller waits for, over sockets of its own. */
  mirror(body: Buffer, signal: AbortSignal): Promise<ChatExchange>;
  /** A chat call of ours, never behind the live ones. */
  probe(body: Buffer, signal: AbortSignal): Promise<ChatExchange & { systemFingerprint: string | null }>;
  models(signal: AbortSignal): Promise<ServedModel[]>;
  /** Null where the server has no such route. */
  version(signal: AbortSignal): Promise<string | null>;
  /** The page at /metrics; null where there is none that can be had in short time and size. Rejects only on abort. */
  metrics(signal: AbortSignal, timeoutMs: number): Promise<MetricsPage | null>;
  /** Tokens of the prompt's text without its images; null where the server has no such route. */
  countTextTokens(prompt: ChatPrompt, signal: AbortSignal): Promise<number | null>;
  readonly openSockets: number;
  close(): Promise<void>;
}

type StreamedResponse = Awaited<ReturnType<HttpPool["stream"]>>;

interface ClientOptions {
  config: BackendConfig;
  chatTemplateKwargs: Readonly<Record<string, unknown>> | null;
  clock: Clock;
  /** A live call met a socket that the server had closed. */
  onResend: () => void;
}

/** vLLM closes idle connections after 5 s (VLLM_HTTP_TIMEOUT_KEEP_ALIVE) and does not announce it. */
const keepAliveTimeoutMs = 3000;
const connectTimeoutMs = 2000;
/** An answer of 384 tokens with 5 alternatives each has about 200 KB. */
const maxReplyBytes = 4 * 1024 * 1024;
/** A stream carries each token with its alternatives in an event of its own. */
const maxStreamBytes = 64 * 1024 * 1024;
/** A page of a busy server has about 100 KB. */
const maxMetricsBytes = 2 * 1024 * 1024;
const maxControlBytes = 1024 * 1024;
/** How much of an error's body is read: what names the mistake stands at its beginning. */
const maxErrorBytes = 64 * 1024;
/** As many sockets as a backend may ever have calls; the limit on calls is what bounds them. */
const maxSockets = 4096;
/** The mirror's own concurrency is far below. */
const maxMirrorSockets = 256;
const chatPath = "/v1/chat/completions";

/** Opens the sockets to one server; nothing is connected before the first call. */
export function openVllmClient({ config, chatTemplateKwargs, clock, onResend }: ClientOptions): VllmClient {
  const sockets = { origin: config.url, keepAliveTimeoutMs, connectTimeoutMs };
  const live = openPool({ ...sockets, connections: maxSockets, onResend });
  // Handshakes must not queue behind the live calls that they are to judge, nor behind a page that hangs.
  const control = openPool({ ...sockets, connections: 4 });
  const mirrored = openPool({ ...sockets, connections: maxMirrorSockets });
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (config.api_key !== null) headers["authorization"] = `Bearer ${config.api_key}`;
  const reportingHeaders = { ...headers, ...loadReportRequest };
  const isReportDue = createReportSampling();

  async function exchange(pool: HttpPool, request: Omit<HttpRequest, "headers">, isReporting = false) {
    try {
      return await pool.request({ ...request, headers: isReporting ? reportingHeaders : headers });
    } catch (error) {
      throw failureOfExchange(error);
    }
  }

  /** A chat call whose answer is 200, whatever it holds. */
  async function post(pool: HttpPool, body: Buffer, signal: AbortSignal, isReporting = false): Promise<HttpResponse> {
    const request = { method: "POST", path: chatPath, body, signal, maxBodyBytes: maxReplyBytes } as const;
    const response = await exchange(pool, request, isReporting);
    if (response.status !== 200) throw failureOfResponse(response, clock.wall());
    return response;
  }

  function postLive(body: Buffer, signal: AbortSignal): Promise<HttpResponse> {
    return post(live, body, signal, isReportDue(clock.now()));
  }

  async function forwardStream(body: Buffer, signal: AbortSignal): Promise<StreamedResponse> {
    try {
      const request = { method: "POST", path: chatPath, body, signal, maxBodyBytes: maxStreamBytes, headers } as const;
      const response = await live.stream(request);
      if (response.status !== 200) throw failureOfResponse(await readWhole(response), clock.wall());
      try {
        if (!String(response.headers["content-type"]).startsWith("text/event-stream")) throw badReply(response);
        await awaitFirstEvent(response.body, response, clock.wall());
      } catch (error) {
        response.body.destroy();
        throw error;
      }
      return response;
    } catch (error) {
      throw error instanceof BackendFailure ? error : failureOfExchange(error);
    }
  }

  /** The JSON of a control route; null where the route does not exist. */
  async function ask(request: Omit<HttpRequest, "headers" | "maxBodyBytes">): Promise<Record<string, unknown> | null> {
    const response = await exchange(control, { ...request, maxBodyBytes: maxControlBytes });
    if (response.status === 404 || response.status === 405) return null;
    if (response.status !== 200) throw failureOfResponse(response, clock.wall());
    const parsed = parseJson(response.body);
    if (!isRecord(parsed)) throw new BackendFailure("bad_reply", { status: 200 });
    return parsed;
  }

  return {
    async chat(body, signal) {
      const response = await postLive(body, signal);
      return { ...readExchange(response), waitingInside: readLoadReport(response.headers) };
    },
    async forward(body, signal) {
      const response = await postLive(body, signal);
      if (!isChatAnswer(response.body)) throw badReply(response);
      return { ...response, waitingInside: readLoadReport(response.headers) };
    },
    forwardStream,
    async mirror(body, signal) {
      return readExchange(await post(mirrored, body, signal));
    },
    async probe(body, signal) {
      const response = await post(control, body, signal);
      return { ...readExchange(response), systemFingerprint: readSystemFingerprint(response.body) };
    },
    async metrics(signal, timeoutMs) {
      try {
        const request = { method: "GET", path: "/metrics", signal, maxBodyBytes: maxMetricsBytes } as const;
        const page = await withTimeLimit(clock, timeoutMs, signal, (limited) =>
          exchange(control, { ...request, signal: limited }),
        );
        return page.status === 200 ? readMetricsPage(page.body.toString(), config.model) : null;
      } catch (error) {
        if (error instanceof BackendFailure && error.kind === "aborted") throw error;
        return null;
      }
    },
    async models(signal) {
      const list = await ask({ method: "GET", path: "/v1/models", signal });
      if (!Array.isArray(list?.["data"])) throw new BackendFailure("bad_reply", { status: 200 });
      return (list["data"] as unknown[]).filter(isRecord).map(readModel);
    },
    async version(signal) {
      const answer = await ask({ method: "GET", path: "/version", signal });
      const version = answer?.["version"];
      return typeof version === "string" ? version.slice(0, 100) : null;
    },
    async countTextTokens(prompt, signal) {
      const body = JSON.stringify({
        model: config.model,
        messages: textMessages(prompt),
        add_generation_prompt: true,
        ...(chatTemplateKwargs === null ? {} : { chat_template_kwargs: chatTemplateKwargs }),
      });
      const answer = await ask({ method: "POST", path: "/tokenize", body, signal });
      const count = answer?.["count"];
      return typeof count === "number" ? count : null;
    },
    get openSockets() {
      return live.stats().open + control.stats().open + mirrored.stats().open;
    },
    async close() {
      await Promise.all([live.destroy(), control.destroy(), mirrored.destroy()]);
    },
  };
}

function readExchange(response: HttpResponse): ChatExchange {
  const reply = readReply(response.body);
  if (reply === null) throw badReply(response);
  return { reply, sends: response.isResent ? 2 : 1 };
}

function badReply({ isResent }: { isResent: boolean }): BackendFailure {
  return new BackendFailure("bad_reply", { status: 200, sends: isResent ? 2 : 1 });
}

/** The beginning of an error's body. */
async function readWhole(response: StreamedResponse): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxErrorBytes) break; // which destroys the stream
  }
  return { ...response, body: Buffer.concat(chunks) };
}

function readModel(entry: Record<string, unknown>): ServedModel {
  const { id, root, max_model_len: maxModelLen } = entry;
  return {
    id: typeof id === "string" ? id : "",
    root: typeof root === "string" ? root : null,
    maxModelLen: typeof maxModelLen === "number" ? maxModelLen : null,
  };
}

function textMessages(prompt: ChatPrompt): object[] {
  const texts = prompt.parts.filter((part) => part.kind === "text");
  return [
    { role: "system", content: prompt.system },
    { role: "user", content: texts.map(({ text }) => ({ type: "text", text })) },
  ];
}
