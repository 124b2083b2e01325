import type { FaultKind } from "./catalogue.ts";
import type { FaultDice } from "./control.ts";
import { WireError, badRequest, internalError, unauthorized, unknownModel, wireError } from "../protocol/wire-error.ts";

type StatusFault = (parameters: Readonly<Record<string, number>>, modelId: string) => WireError;

/** Faults that answer a chat call with an error status. */
const statusFaults: [kind: FaultKind, makeError: StatusFault][] = [
  ["unauthorized-401", () => unauthorized()],
  ["model-404", (_, modelId) => unknownModel(modelId)],
  ["schema-400", () => badRequest("The provided JSON schema contains features not supported by xgrammar.")],
  [
    "context-400",
    () =>
      badRequest(
        "This model's maximum context length is 8192 tokens. However, you requested 512 output tokens and your prompt contains at least 7681 input tokens, for a total of at least 8193 tokens. Please reduce the length of the input prompt or the number of requested output tokens.",
        "input_tokens",
      ),
  ],
  ["rate-limit-429", ({ retry_after_s }) => tooManyRequests(retry_after_s ?? 0)],
  ["overflow-503", () => wireError(503, "ServiceUnavailableError", "The request queue is full. Please retry later.")],
  ["scaling-503", () => new WireError(503, { error: "The model is currently scaling. Please try again later." })],
  ["error-500", () => internalError()],
];

/** Throws the first error status whose dice say so. */
export function playStatusFaults(dice: FaultDice, modelId: string): void {
  for (const [kind, makeError] of statusFaults) {
    const parameters = dice.roll(kind);
    if (parameters !== undefined) throw makeError(parameters, modelId);
  }
}

function tooManyRequests(retryAfterSeconds: number): WireError {
  const body = { message: "Too many requests.", type: "RateLimitError", param: null, code: 429 };
  const headers: Record<string, string> = {};
  if (retryAfterSeconds > 0) headers["retry-after"] = String(retryAfterSeconds);
  return new WireError(429, { error: body }, headers);
}
