import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { readOptions } from "../../../loadtest/options.ts";
import { Refusal } from "../../../loadtest/refusal.ts";
import { readGivenTarget } from "../../../loadtest/target/given.ts";
import { readSamples } from "../../../loadtest/traffic/samples.ts";

function refused(exitStatus: 1 | 2, words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && error.exitStatus === exitStatus && words.test(error.message);
}

test("durations and rates are read with their units and held within bounds", () => {
  const secondsOf = (text: string) => readOptions(["steady", "--duration", text])?.options.seconds;
  assert.deepEqual(["90", "90s", "10m", "1h", "1.5m"].map(secondsOf), [90, 90, 600, 3600, 90]);
  for (const text of ["0", "soon", "25h", "10d"]) assert.throws(() => secondsOf(text), refused(2, /--duration/));
  for (const text of ["0", "fast", "99999"])
    assert.throws(() => readOptions(["steady", "--rate", text]), refused(2, /--rate/));
});

test("wrong usage is refused with a sentence", () => {
  assert.throws(() => readOptions([]), refused(2, /Which scenario/));
  assert.throws(() => readOptions(["steady", "soak"]), refused(2, /One scenario/));
  assert.throws(() => readOptions(["steady", "--fast"]), refused(2, /--fast/));
  assert.equal(readOptions(["--help"]), null);
});

test("the environment names a gateway, its key and its simulators", () => {
  assert.equal(readGivenTarget({}), null);
  const given = readGivenTarget({
    GATEWAY_URL: "http://127.0.0.1:8080/",
    GATEWAY_KEY: "k",
    SIMULATORS: "a=http://127.0.0.1:1,b=http://127.0.0.1:2",
  });
  assert.equal(given?.url, "http://127.0.0.1:8080");
  assert.equal(given?.key, "k");
  assert.deepEqual(
    given?.simulators.map(({ backend, url }) => [backend, url]),
    [
      ["a", "http://127.0.0.1:1"],
      ["b", "http://127.0.0.1:2"],
    ],
  );
  assert.throws(() => readGivenTarget({ GATEWAY_URL: "localhost" }), refused(2, /GATEWAY_URL/));
  assert.throws(
    () => readGivenTarget({ GATEWAY_URL: "http://127.0.0.1:1", SIMULATORS: "http://127.0.0.1:1" }),
    refused(2, /ID=URL/),
  );
});

function folder(t: test.TestContext, files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), "garment-gateway-"));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, ".."), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

test("a folder without labels gives each image for itself, with labels each garment with its views", (t) => {
  const plain = readSamples(folder(t, { "b.PNG": "", "deep/a.jpg": "", "notes.txt": "" }));
  assert.deepEqual(
    plain.map(({ sampleId }) => sampleId),
    ["b.PNG", "deep/a.jpg"],
  );
  const lines = ['{"image":"a.jpg","views":{"front":"a.jpg","tag":"b.jpg"}}', '{"image":"b.jpg","sample_id":"two"}'];
  const labelled = readSamples(folder(t, { "a.jpg": "", "b.jpg": "", "labels.jsonl": lines.join("\n") }));
  assert.deepEqual(
    labelled.map(({ sampleId, photos }) => [sampleId, photos.map(({ view }) => view)]),
    [
      ["a.jpg", ["front", "tag"]],
      ["two", ["image"]],
    ],
  );
});

test("a folder that is missing, empty or wrongly labelled is refused with its place", (t) => {
  assert.throws(() => readSamples("/nowhere"), refused(1, /no folder/));
  assert.throws(() => readSamples(folder(t, { "notes.txt": "" })), refused(1, /no image/));
  assert.throws(() => readSamples(folder(t, { "labels.jsonl": "{}" })), refused(1, /labels\.jsonl:1: names no image/));
  assert.throws(() => readSamples(folder(t, { "labels.jsonl": "\nnonsense" })), refused(1, /:2: is no JSON/));
  assert.throws(
    () => readSamples(folder(t, { "labels.jsonl": '{"image":"gone.jpg"}' })),
    refused(1, /gone\.jpg is not there/),
  );
});
