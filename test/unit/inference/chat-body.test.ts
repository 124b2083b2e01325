import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { ChatCompletionBody } from "../../../schemas/index.ts";
import { cutAtImages } from "../../../src/http/chat/cut.ts";
import type { PreparedImage } from "../../../src/image/index.ts";
import { fillChatBody } from "../../../src/inference/chat-body.ts";

const jpeg = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const imagePart = jpeg.map((bytes) => ({
  type: "image_url" as const,
  image_url: { url: `data:image/jpeg;base64,${bytes.toString("base64")}` },
}));
const textPart = fc.string({ unit: "binary" }).map((text) => ({ type: "text" as const, text }));
const message = fc.record({
  role: fc.constantFrom("system", "user", "assistant", "tool"),
  content: fc.oneof(fc.string(), fc.constant(null), fc.array(fc.oneof(textPart, imagePart), { maxLength: 5 })),
});
const chat = fc
  .record({
    others: fc.dictionary(
      fc.string().filter((name) => name !== "__proto__"),
      fc.jsonValue(),
    ),
    messages: fc.array(message, { minLength: 1, maxLength: 4 }),
  })
  .map(({ others, messages }): ChatCompletionBody => Object.assign(others, { model: "asked", messages }));

function prepared(bytes: Buffer, isUntouched: boolean): PreparedImage {
  return { jpeg: bytes, isUntouched } as PreparedImage;
}

test("cut at its images and filled for a backend, any chat is the same chat with the backend's model", () => {
  fc.assert(
    fc.property(chat, fc.string(), fc.boolean(), (body, model, isUntouched) => {
      const { texts, images } = cutAtImages(body);
      assert.equal(texts.length, images.length + 1);
      const sources = images.map(({ url }) => {
        const base64 = url.slice(url.indexOf(",") + 1);
        return { bytes: Buffer.from(base64, "base64"), base64: isUntouched ? base64 : null };
      });
      const filled = fillChatBody({
        model,
        texts,
        images: sources,
        prepared: sources.map(({ bytes }) => prepared(bytes, isUntouched)),
      });
      // Through JSON, for -0 and what else JSON does not carry.
      assert.deepEqual(JSON.parse(filled.toString()), JSON.parse(JSON.stringify({ ...body, model })));
    }),
  );
});

test("an image that had to be changed is written as it is now, whatever it came in", () => {
  const now = Buffer.from("after");
  const body = fillChatBody({
    model: "m",
    texts: ['{"messages":["', '"]}'],
    images: [{ bytes: Buffer.from("before"), base64: "YmVmb3Jl" }],
    prepared: [prepared(now, false)],
  });
  assert.deepEqual(JSON.parse(body.toString()), { model: "m", messages: [now.toString("base64")] });
});
