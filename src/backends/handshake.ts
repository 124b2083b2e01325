import type { Random } from "../kernel/index.ts";
import { BackendFailure } from "./failure.ts";
import { isRecord, parseJson } from "./json.ts";
import { buildPayload } from "./payload.ts";
import type { ChatReply } from "./reply.ts";
import type { ServedModel, VllmClient } from "./vllm-client.ts";

/** What a handshake learned of the server. */
export interface ServerFacts extends ServedModel {
  version: string | null;
  systemFingerprint: string | null;
  /** When its process began, in seconds since the epoch. */
  processStart: number | null;
}

/** Why a backend is not in rotation. */
export type OutageReason =
  | "refused"
  | "reset"
  | "timeout"
  | "server_error"
  | "bad_reply"
  | "busy"
  | "unauthorized"
  | "wrong_model"
  | "probe_refused"
  | "guidance_lost"
  | "bad_answers";

export type HandshakeOutcome = { passed: true; facts: ServerFacts } | { passed: false; reason: OutageReason };

interface HandshakeTarget {
  model: string;
  chatTemplateKwargs: Readonly<Record<string, unknown>> | null;
}

/** It runs beside the probe; a page that takes longer is not waited for. */
const metricsTimeoutMs = 500;

/** The answer is about 30 tokens long; more room would only prolong the rambling of a server without guidance. */
const probeMaxTokens = 64;

/**
 * Proves that a server serves our model and obeys a schema: the schema demands a random word that the prompt does not
 * mention, so that only a working grammar can produce it. Without that proof a server that ignores `response_format`
 * answers 200 with prose (vLLM accepts fields it does not know), and nothing else would show it.
 */
export async function shakeHands(
  client: VllmClient,
  target: HandshakeTarget,
  random: Random,
  signal: AbortSignal,
): Promise<HandshakeOutcome> {
  try {
    const page = client.metrics(signal, metricsTimeoutMs).catch(() => null);
    const models = await client.models(signal);
    const served = models.find((model) => model.id === target.model);
    if (served === undefined) return { passed: false, reason: "wrong_model" };
    const version = await client.version(signal);
    const nonce = createNonce(random);
    const { reply, systemFingerprint } = await probe(client, target, nonce, signal);
    if (!isExactly(reply, nonce)) return { passed: false, reason: "guidance_lost" };
    const processStart = (await page)?.processStart ?? null;
    return { passed: true, facts: { ...served, version, systemFingerprint, processStart } };
  } catch (error) {
    if (!(error instanceof BackendFailure)) throw error;
    return { passed: false, reason: reasonOf(error) };
  }
}

function probe(
  client: VllmClient,
  target: HandshakeTarget,
  nonce: string,
  signal: AbortSignal,
): ReturnType<VllmClient["probe"]> {
  const schema = {
    type: "object",
    properties: { word: { const: nonce } },
    required: ["word"],
    additionalProperties: false,
  };
  const body = buildPayload(target, {
    prompt: {
      system: "You answer with one JSON object and nothing else.",
      parts: [{ kind: "text", text: "Say a word of your choice." }],
    },
    images: [],
    schema: { name: "probe", json: JSON.stringify(schema) },
    maxTokens: probeMaxTokens,
    wantLogprobs: false,
  });
  return client.probe(body, signal);
}

function isExactly(reply: ChatReply, nonce: string): boolean {
  const answer = reply.content === null ? undefined : parseJson(reply.content);
  return isRecord(answer) && Object.keys(answer).length === 1 && answer["word"] === nonce;
}

const letters = "abcdefghijklmnopqrstuvwxyz";

/** Twelve letters: 26^12 words, too many to guess and none to be remembered from a cache of answers. */
function createNonce(random: Random): string {
  return Array.from({ length: 12 }, () => letters[Math.floor(random() * letters.length)]).join("");
}

/** What a failed call says about the server as a whole. */
export function reasonOf(failure: BackendFailure): OutageReason {
  switch (failure.kind) {
    case "connection":
      return failure.connection ?? "reset";
    case "refused_request":
      return failure.refusal === "model_unknown" ? "wrong_model" : "probe_refused";
    case "aborted":
    case "unavailable":
    case "timeout":
      return "timeout";
    case "unauthorized":
    case "busy":
    case "server_error":
    case "bad_reply":
      return failure.kind;
  }
}
