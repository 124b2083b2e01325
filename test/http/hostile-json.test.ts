import assert from "node:assert/strict";
import test from "node:test";
import type { Problem } from "../../schemas/index.ts";
import { findJsonExcess } from "../../src/http/json-shape.ts";
import { buildStubGateway } from "../support/stub-gateway.ts";

const json = { "content-type": "application/json" };

test("JSON may hold a hundred thousand values and 64 levels, and not one more", () => {
  const list = (values: number) => Buffer.from(`[${Array.from({ length: values }, () => 1).join(",")}]`);
  assert.equal(findJsonExcess(list(100_000)), null);
  assert.match(findJsonExcess(list(100_001)) ?? "", /100000 values/);
  const deep = (levels: number) => Buffer.from("[".repeat(levels) + "]".repeat(levels));
  assert.equal(findJsonExcess(deep(64)), null);
  assert.match(findJsonExcess(deep(65)) ?? "", /64 levels/);
});

test("what stands in strings counts nothing, whatever is escaped in them", () => {
  const text = "[{,".repeat(200_000);
  for (const value of [text, `\\" ${text}`, `${text}\\\\`])
    assert.equal(findJsonExcess(Buffer.from(`{"a":"${value}"}`)), null);
  assert.equal(findJsonExcess(Buffer.from(`"${text}`)), null);
  assert.match(findJsonExcess(Buffer.from(`"a\\\\"${"[".repeat(70)}`)) ?? "", /64 levels/);
});

const hostile: [string, string, object][] = [
  ["a million things that are no images", "/v1/attributes", { images: Array.from({ length: 1_000_000 }, () => 1) }],
  [
    "a million unknown members",
    "/v1/attributes",
    Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`m${n}`, 1])),
  ],
  [
    "a million members of a chat",
    "/v1/chat/completions",
    { model: "m", messages: [], x: Array.from({ length: 1_000_000 }, () => 1) },
  ],
];

for (const [name, url, body] of hostile) {
  test(`${name} are refused with one mistake`, async (t) => {
    const { app } = await buildStubGateway();
    t.after(() => app.close());
    const response = await app.inject({ method: "POST", url, headers: json, payload: JSON.stringify(body) });
    assert.equal(response.statusCode, 400, response.body.slice(0, 200));
    assert.ok(response.body.length < 1000);
  });
}

test("deep nesting is a mistake of the caller's in every form", async (t) => {
  const { app } = await buildStubGateway();
  t.after(() => app.close());
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const bodies: [string, string, string][] = [
    ["/v1/attributes", json["content-type"], `{"images":[{"data":"YWJj"}],"metadata":{"a":${deep}}}`],
    [
      "/v1/chat/completions",
      json["content-type"],
      `{"model":"m","messages":[{"role":"user","content":"x","y":${deep}}]}`,
    ],
    [
      `/v1/attributes?metadata=${encodeURIComponent(`{"a":${"[".repeat(3000)}${"]".repeat(3000)}}`)}`,
      "image/jpeg",
      "x",
    ],
  ];
  for (const [url, type, payload] of bodies) {
    const response = await app.inject({ method: "POST", url, headers: { "content-type": type }, payload });
    assert.equal(response.statusCode, 400, response.body.slice(0, 200));
  }
});

test("an option in the query and in a field is given twice", async (t) => {
  const { app } = await buildStubGateway();
  t.after(() => app.close());
  const payload =
    '--b\r\nContent-Disposition: form-data; name="tier"\r\n\r\nfast\r\n--b\r\nContent-Disposition: form-data; name="front"; filename="a"\r\n\r\nabc\r\n--b--\r\n';
  const response = await app.inject({
    method: "POST",
    url: "/v1/attributes?tier=accurate",
    headers: { "content-type": "multipart/form-data; boundary=b" },
    payload,
  });
  assert.equal(response.statusCode, 400);
  assert.match(response.json<Problem>().errors?.[0]?.message ?? "", /given twice/);
});
