import assert from "node:assert/strict";
import test from "node:test";
import { judgeReply } from "../../../loadtest/traffic/reply.ts";
import { createUpload, toPicture } from "../../../loadtest/traffic/request.ts";
import type { Upload } from "../../../loadtest/traffic/request.ts";
import { fieldNames } from "../../../schemas/index.ts";

const picture = toPicture("front", Buffer.from("a photo"));
const upload = createUpload("raw", [picture], { sampleId: "s1", deadlineMs: 1000 });
const rightAnswer = {
  id: "gar_1",
  sample_id: "s1",
  attributes: Object.fromEntries(fieldNames.map((name) => [name, null])),
  images: [{ sha256: picture.sha256 }],
  backend: "b0",
  cache: "miss",
  repaired: false,
};

function judge(status: number, body: unknown, { of = upload, headers = {} }: { of?: Upload; headers?: object } = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return judgeReply(of, "load-1", { statusCode: status, headers: { "x-request-id": "load-1", ...headers } }, text);
}

test("an answer with this request's sample, images and request id is one", () => {
  const { outcome, code, id } = judge(200, rightAnswer);
  assert.deepEqual({ outcome, code, id }, { outcome: "answered", code: "", id: "gar_1" });
});

test("an answer to somebody else is a failure with a name", () => {
  assert.equal(judge(200, { ...rightAnswer, sample_id: "s2" }).code, "foreign_sample_id");
  assert.equal(judge(200, { ...rightAnswer, images: [{ sha256: "other" }] }).code, "foreign_images");
  assert.equal(judge(200, rightAnswer, { headers: { "x-request-id": "load-2" } }).code, "foreign_request_id");
  assert.equal(judge(200, { ...rightAnswer, attributes: {} }).code, "not_nine_attributes");
  assert.equal(judge(200, "<html>").code, "no_json");
  assert.equal(judge(200, { ...rightAnswer, sample_id: "s2" }).outcome, "failed");
});

test("sheds, expired requests and failures are told apart by their codes", () => {
  const shed = judge(503, { code: "overloaded" }, { headers: { "retry-after": "2" } });
  assert.deepEqual([shed.outcome, shed.retryAfterSeconds], ["shed", 2]);
  assert.equal(judge(429, { code: "rate_limited" }).outcome, "shed");
  assert.equal(judge(504, { code: "deadline_exceeded" }).outcome, "expired");
  assert.equal(judge(502, { code: "backend_failed" }).outcome, "failed");
  assert.equal(judge(418, {}).code, "http_418");
});

test("a wrong upload is refused rightly with its own code only", () => {
  const wrong = { ...upload, expects: "image_corrupt" };
  assert.equal(judge(422, { code: "image_corrupt" }, { of: wrong }).outcome, "refused");
  assert.equal(judge(400, { code: "request_invalid" }, { of: wrong }).outcome, "failed");
  const { outcome, code } = judge(200, rightAnswer, { of: wrong });
  assert.deepEqual([outcome, code], ["failed", "not_refused"]);
});

test("a replayed reply carries the id of the request that ran", () => {
  const retried = createUpload("raw", [picture], { sampleId: "s1", deadlineMs: 1000, idempotencyKey: "k" });
  const headers = { "x-request-id": "load-0", "idempotency-replayed": "true" };
  assert.equal(judge(200, rightAnswer, { of: retried, headers }).outcome, "answered");
  assert.equal(judge(200, rightAnswer, { headers }).code, "foreign_request_id");
});
