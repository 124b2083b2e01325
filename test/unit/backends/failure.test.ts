import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { failureOfResponse } from "../../../src/backends/failure.ts";
import type { FailureKind } from "../../../src/backends/failure.ts";
import type { RefusalReason } from "../../../src/backends/refusal.ts";

const wallMs = Date.parse("2026-01-01T00:00:00Z");

function failure(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return failureOfResponse({ status, headers, body: Buffer.from(text), isResent: false }, wallMs);
}

function vllmError(message: string, type = "BadRequestError") {
  return { error: { message, type, param: null, code: 400 } };
}

test("each status has one meaning, and only what another try can change is retryable", () => {
  const cases: [number, FailureKind, boolean][] = [
    [201, "bad_reply", true],
    [302, "bad_reply", true],
    [400, "refused_request", false],
    [401, "unauthorized", true],
    [403, "unauthorized", true],
    [404, "refused_request", false],
    [422, "refused_request", false],
    [429, "busy", true],
    [500, "server_error", true],
    [501, "refused_request", false],
    [502, "server_error", true],
    [503, "busy", true],
    [504, "server_error", true],
  ];
  for (const [status, kind, retryable] of cases) {
    const { kind: found, retryable: isRetryable, status: kept } = failure(status, "");
    assert.deepEqual([kept, found, isRetryable], [status, kind, retryable]);
  }
});

test("the reason of a refusal is recognised by vLLM's phrases, in every shape of error body", () => {
  const cases: [number, unknown, RefusalReason][] = [
    [400, vllmError("This model's maximum context length is 8192 tokens. However, you requested …"), "context_length"],
    [
      400,
      vllmError("At most 4 image(s) may be provided in one prompt. Set `--limit-mm-per-prompt`"),
      "too_many_images",
    ],
    [400, vllmError("Failed to load image: cannot identify image file"), "image_unreadable"],
    [400, vllmError("The provided JSON schema contains features not supported by xgrammar."), "grammar_unsupported"],
    [404, vllmError("The model `x` does not exist.", "NotFoundError"), "model_unknown"],
    [404, { object: "error", message: "The model `x` does not exist.", type: "NotFoundError" }, "model_unknown"],
    [400, vllmError("The model `x` does not exist."), "other"],
    [404, { detail: "Not Found" }, "other"],
    [400, { error: "At most 1 image(s)" }, "too_many_images"],
    [400, "<html>Bad Request</html>", "other"],
    [400, "", "other"],
    [400, { error: { message: 7 } }, "other"],
  ];
  for (const [status, body, refusal] of cases) assert.equal(failure(status, body).refusal, refusal, inspect(body));
});

test("the error's type is kept only where it is a plain word", () => {
  assert.equal(failure(400, vllmError("", "BadRequestError")).errorType, "BadRequestError");
  assert.equal(failure(400, vllmError("", "a secret prompt")).errorType, undefined);
  assert.equal(failure(400, vllmError("", "x".repeat(41))).errorType, undefined);
});

test("nothing of what a backend echoes is in the failure, however it is printed", () => {
  const echo = "data:image/jpeg;base64,/9j/SECRET the prompt";
  for (const body of [vllmError(`1 validation error: {'input': '${echo}'}`), { error: echo }, echo]) {
    for (const status of [400, 401, 429, 500, 302]) {
      const error = failure(status, body, { "x-echo": echo });
      assert.doesNotMatch(inspect(error, { depth: 9 }) + JSON.stringify(error), /SECRET|prompt/);
    }
  }
});

test("Retry-After is read as seconds or as a date, and bounded", () => {
  const wait = (value: string) => failure(503, "", { "retry-after": value }).retryAfterMs;
  assert.equal(wait("2"), 2000);
  assert.equal(wait("Thu, 01 Jan 2026 00:00:05 GMT"), 5000);
  assert.equal(wait("Thu, 01 Jan 2015 00:00:05 GMT"), 0);
  assert.equal(wait("86400"), 60_000);
  assert.equal(wait("soon"), undefined);
  assert.equal(failure(429, "").retryAfterMs, undefined);
});
