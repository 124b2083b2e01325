/** What one fault does and which numbers shape it, with their defaults. */
interface FaultDescription {
  readonly describe: string;
  readonly parameters?: Readonly<Record<string, number>>;
}

/** Every fault the simulator can play, in the order in which --help and the documentation list them. */
export const faultKinds = {
  "refuse-connections": {
    describe: "stops listening and drops every connection, as long as the fault is set or for duration_ms (0: no end)",
    parameters: { duration_ms: 0 },
  },
  "engine-death": {
    describe:
      "the engine dies at a chat call: 500s and /health 503, then refused connections, then a restart without caches",
    parameters: { dying_ms: 500, down_ms: 2000 },
  },
  "reset-before-headers": { describe: "resets the connection in place of an answer" },
  "reset-mid-body": { describe: "sends the headers and half of the body, then resets the connection" },
  "keep-alive-reset": { describe: "resets a connection that is used again, before any byte of an answer" },
  stall: { describe: "sends nothing for duration_ms (0: until the client leaves)", parameters: { duration_ms: 0 } },
  "slow-drip": {
    describe: "sends the body in `pieces` parts, `pause_ms` apart",
    parameters: { pieces: 20, pause_ms: 250 },
  },
  "error-500": { describe: "500 InternalServerError for one request" },
  "overflow-503": { describe: "503 with an error object: the queue caps are exceeded" },
  "scaling-503": { describe: "503 with an error string: the model is scaling" },
  "rate-limit-429": {
    describe: "429, with Retry-After where retry_after_s is above 0",
    parameters: { retry_after_s: 0 },
  },
  "schema-400": { describe: "400: the schema has features that xgrammar does not support" },
  "context-400": { describe: "400: the context length is exceeded" },
  "model-404": { describe: "the served model name has changed: 404 for the old one, the new one in /v1/models" },
  "unauthorized-401": { describe: "401 with an error string" },
  "slow-render": {
    describe: "the serial front stage takes delay_ms longer a request, which no gauge shows",
    parameters: { delay_ms: 2000 },
  },
  "version-change": { describe: "/version and the system fingerprint are those of another release" },
  "guidance-lost": { describe: "response_format and structured_outputs are silently ignored: free text" },
  truncated: { describe: "finish_reason length in the middle of the answer" },
  "whitespace-loop": { describe: "whitespace up to max_tokens after the first member (finish_reason length)" },
  "json-in-reasoning": { describe: "empty content, the answer in `reasoning`" },
  "invalid-json": { describe: "the answer's JSON misses its closing brace" },
  "fenced-json": { describe: "the answer's JSON stands in a Markdown code fence" },
  "prose-around-json": { describe: "sentences before and after the answer's JSON" },
  "wrong-types": { describe: "numbers and lists where strings belong" },
  "over-long-values": { describe: "the first string runs on for some hundred characters" },
  "missing-keys": { describe: "every second key is missing" },
  "null-spellings": { describe: 'nulls are spelled "N/A", "none", "" …' },
  "logprobs-null": { describe: "logprobs is null although asked for" },
  "wrong-usage": { describe: "usage.prompt_tokens is `off` tokens too high", parameters: { off: 57 } },
  "huge-body": { describe: "the answer carries `megabytes` of padding", parameters: { megabytes: 64 } },
  "non-json-body": { describe: "200 with a body that is HTML" },
  "stream-error": { describe: "a stream ends with an error event inside its 200; other calls get the 500" },
  "metrics-huge": { describe: "/metrics has `megabytes` of series", parameters: { megabytes: 16 } },
  "metrics-malformed": { describe: "/metrics is not in exposition format" },
  "metrics-slow": { describe: "/metrics answers after delay_ms", parameters: { delay_ms: 5000 } },
  "metrics-old-names": { describe: "/metrics uses the names of vLLM before 0.12" },
} as const satisfies Record<string, FaultDescription>;

export type FaultKind = keyof typeof faultKinds;

/** The numbers of a kind, each with its default. */
export function faultParameters(kind: FaultKind): Readonly<Record<string, number>> {
  const description: FaultDescription = faultKinds[kind];
  return description.parameters ?? {};
}

export function isFaultKind(name: unknown): name is FaultKind {
  return typeof name === "string" && Object.hasOwn(faultKinds, name);
}
