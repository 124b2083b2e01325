import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildPayload } from "../../../src/backends/payload.ts";
import type { ChatQuestion } from "../../../src/backends/payload.ts";

const schema = { name: "garment", json: '{"type":"object", "properties":{"a":{"type":["string","null"]}}}' };

/** The same request as a plain object. */
function asObject(model: string, kwargs: Record<string, unknown> | null, call: ChatQuestion): unknown {
  return {
    model,
    messages: [
      { role: "system", content: call.prompt.system },
      {
        role: "user",
        content: call.prompt.parts.map((part) =>
          part.kind === "text"
            ? { type: "text", text: part.text }
            : {
                type: "image_url",
                image_url: { url: `data:image/jpeg;base64,${call.images[part.index]?.toString("base64")}` },
              },
        ),
      },
    ],
    temperature: 0,
    max_completion_tokens: call.maxTokens,
    ...(call.wantLogprobs ? { logprobs: true, top_logprobs: 5 } : {}),
    ...(call.schema === null
      ? {}
      : {
          response_format: {
            type: "json_schema",
            json_schema: { name: call.schema.name, strict: true, schema: JSON.parse(call.schema.json) as unknown },
          },
        }),
    ...(kwargs === null ? {} : { chat_template_kwargs: kwargs }),
    stream: false,
  };
}

const text = fc.string({ unit: "binary", maxLength: 40 });
const anyCall = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }).chain((images) =>
  fc.record({
    prompt: fc.record({
      system: text,
      parts: fc.array(
        images.length === 0
          ? text.map((value) => ({ kind: "text" as const, text: value }))
          : fc.oneof(
              text.map((value) => ({ kind: "text" as const, text: value })),
              fc.nat(images.length - 1).map((index) => ({ kind: "image" as const, index })),
            ),
      ),
    }),
    images: fc.constant(images.map((image) => Buffer.from(image))),
    schema: fc.constantFrom(schema, null),
    maxTokens: fc.integer({ min: 1, max: 4096 }),
    wantLogprobs: fc.boolean(),
  }),
);

test("the assembled bytes parse to exactly the object that JSON.stringify would have sent", () => {
  fc.assert(
    fc.property(text, fc.constantFrom(null, { enable_thinking: false }), anyCall, (model, kwargs, call) => {
      const body = buildPayload({ model, chatTemplateKwargs: kwargs }, call);
      const sent: unknown = JSON.parse(JSON.stringify(asObject(model, kwargs, call)));
      assert.deepEqual(JSON.parse(body.toString()), sent);
      // Key order and spacing too, apart from the schema, whose bytes are the caller's.
      if (call.schema === null) assert.equal(body.toString(), JSON.stringify(sent));
    }),
  );
});

test("the schema's own bytes are sent, spaces and all", () => {
  const call = { prompt: { system: "s", parts: [] }, images: [], schema, maxTokens: 1, wantLogprobs: false };
  const body = buildPayload({ model: "m", chatTemplateKwargs: null }, call).toString();
  assert.ok(body.includes(`"schema":${schema.json}}`), body);
});

test("a prompt that names an image which is not there is a defect, not a request", () => {
  const call: ChatQuestion = {
    prompt: { system: "s", parts: [{ kind: "image", index: 1 }] },
    images: [Buffer.from("x")],
    schema: null,
    maxTokens: 1,
    wantLogprobs: false,
  };
  assert.throws(() => buildPayload({ model: "m", chatTemplateKwargs: null }, call), RangeError);
});
