import assert from "node:assert/strict";
import { test } from "node:test";
import { contentKey } from "../../../src/cache/index.ts";
import type { Content } from "../../../src/cache/index.ts";

const content: Content = {
  images: [
    { sha256: "aa", view: "front" },
    { sha256: "bb", view: "tag" },
  ],
  target: { tier: "balanced", model: null },
  visionTokens: 300,
  preparationVersion: "1",
  promptVersion: "1",
  schemaVersion: "1",
  fingerprints: ["build-1", "build-2"],
};

test("the key is 64 hex digits and the same for the same content", () => {
  assert.match(contentKey(content), /^[0-9a-f]{64}$/);
  assert.equal(contentKey(content), contentKey(structuredClone(content)));
});

const changes: Record<string, Partial<Content>> = {
  "another image": {
    images: [
      { sha256: "aa", view: "front" },
      { sha256: "cc", view: "tag" },
    ],
  },
  "one image less": { images: [{ sha256: "aa", view: "front" }] },
  "another view": {
    images: [
      { sha256: "aa", view: "back" },
      { sha256: "bb", view: "tag" },
    ],
  },
  "another order of images": {
    images: [
      { sha256: "bb", view: "tag" },
      { sha256: "aa", view: "front" },
    ],
  },
  "views swapped": {
    images: [
      { sha256: "aa", view: "tag" },
      { sha256: "bb", view: "front" },
    ],
  },
  "another tier": { target: { tier: "fast", model: null } },
  "a model": { target: { tier: null, model: "m" } },
  "a model named like a tier": { target: { tier: null, model: "balanced" } },
  "another budget": { visionTokens: 301 },
  "no budget": { visionTokens: null },
  "another preparation": { preparationVersion: "2" },
  "another prompt": { promptVersion: "2" },
  "another schema": { schemaVersion: "2" },
  "a new build": { fingerprints: ["build-1", "build-3"] },
  "one build less": { fingerprints: ["build-1"] },
  "builds run together": { fingerprints: ["build-1build-2"] },
};

test("everything that can change an answer changes the key, each in its own way", () => {
  const keys = [{}, ...Object.values(changes)].map((change) => contentKey({ ...content, ...change }));
  assert.equal(new Set(keys).size, keys.length);
});

test("the order of builds and how many backends run one do not matter", () => {
  const fingerprints = ["build-2", "build-1", "build-2"];
  assert.equal(contentKey({ ...content, fingerprints }), contentKey(content));
  assert.deepEqual(fingerprints, ["build-2", "build-1", "build-2"], "the list passed in is left as it is");
});

test("what belongs to one caller stays out of the key", () => {
  const asked = { ...content, sample_id: "garment-7", metadata: { shop: 1 } };
  const images = content.images.map((image) => ({ ...image, bytes: Buffer.alloc(3), name: "a.jpg" }));
  assert.equal(contentKey({ ...asked, images }), contentKey(content));
});
