import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readReply } from "../../../src/backends/reply.ts";

const token = { token: "a", logprob: -0.1, bytes: [97], top_logprobs: [{ token: "b", logprob: -3, bytes: null }] };

function reply(changes: { message?: object; choice?: object; top?: object } = {}) {
  return {
    id: "chatcmpl-1",
    model: "m",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "{}", reasoning: null, ...changes.message },
        logprobs: { content: [token] },
        finish_reason: "stop",
        ...changes.choice,
      },
    ],
    usage: { prompt_tokens: 321, total_tokens: 401, completion_tokens: 80 },
    ...changes.top,
  };
}

function read(value: unknown) {
  return readReply(Buffer.from(JSON.stringify(value)));
}

test("a whole answer is read", () => {
  assert.deepEqual(read(reply()), {
    content: "{}",
    reasoning: null,
    finishReason: "stop",
    logprobs: [token],
    usage: { promptTokens: 321, completionTokens: 80 },
    model: "m",
  });
});

test("reasoning is read by its new and its old name", () => {
  assert.equal(read(reply({ message: { content: null, reasoning: "new" } }))?.reasoning, "new");
  assert.equal(read(reply({ message: { content: null, reasoning_content: "old" } }))?.reasoning, "old");
});

test("what is no chat answer is null", () => {
  for (const body of ["", "<html>", "null", "[]", "{}", '{"choices":[]}', '{"choices":[{}]}', '{"choices":{"0":{}}}']) {
    assert.equal(readReply(Buffer.from(body)), null, body);
  }
  assert.equal(read(reply({ message: { content: 7 } })), null);
  assert.equal(read(reply({ choice: { finish_reason: null } })), null);
});

test("logprobs are all there or null", () => {
  const bad: unknown[] = [
    null,
    "x",
    { ...token, token: 7 },
    { ...token, logprob: null },
    { ...token, logprob: 0.5 },
    { ...token, bytes: [256] },
    { ...token, bytes: "a" },
    { ...token, top_logprobs: {} },
    { ...token, top_logprobs: [{ token: "b" }] },
    { ...token, top_logprobs: Array.from({ length: 22 }, () => token) },
  ];
  for (const entry of bad) {
    assert.equal(read(reply({ choice: { logprobs: { content: [token, entry] } } }))?.logprobs, null);
  }
  assert.equal(read(reply({ choice: { logprobs: null } }))?.logprobs, null);
  const endless = Array.from({ length: 8193 }, () => token);
  assert.equal(read(reply({ choice: { logprobs: { content: endless } } }))?.logprobs, null);
});

test("a certain token is never more than certain", () => {
  const certain = { ...token, logprob: 1e-7 };
  assert.equal(read(reply({ choice: { logprobs: { content: [certain] } } }))?.logprobs?.[0]?.logprob, 0);
});

test("usage that counts no tokens is null", () => {
  assert.equal(read(reply({ top: { usage: null } }))?.usage, null);
  assert.equal(read(reply({ top: { usage: { prompt_tokens: -1, completion_tokens: 1 } } }))?.usage, null);
  assert.equal(read(reply({ top: { usage: { prompt_tokens: 1.5, completion_tokens: 1 } } }))?.usage, null);
});

test("nothing that a server sends makes reading throw", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom("message", "choice", "top"), (text, place) => {
      const value = JSON.parse(text) as object;
      readReply(Buffer.from(text));
      read(reply({ [place]: value }));
      read(reply({ choice: { logprobs: value, message: value } }));
      read(reply({ choice: { logprobs: { content: value } }, top: { usage: value } }));
    }),
  );
});
