import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { fixedAttributes } from "../support/fixed-vision.ts";
import { freePort, run } from "../support/gateway-process.ts";
import { openSimulatedGateway } from "../support/simulated-gateway.ts";

/** Three photos whose garments are what the fixed eyes always see, but for the second one's type. */
function openFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "eval-samples-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lines = [1, 2, 3].map((n) => {
    const image = `00${n}-front.jpg`;
    cpSync(join("samples/garments", image), join(folder, image));
    const { brand: _brand, ...labels } = { ...fixedAttributes, ...(n === 2 && { type: "coat" }) };
    return JSON.stringify({ image, labels });
  });
  writeFileSync(join(folder, "labels.jsonl"), `${lines.join("\n")}\n`);
  return folder;
}

interface Summary {
  samples: number;
  failed: number;
  weighted: { mean: number };
  fields: Record<string, { samples: number; accuracy: number }>;
  json_rate: number;
  answers: { backend: string }[];
}

test("eval sends every sample once and scores it, unlabelled fields left out", async (t) => {
  const folder = openFolder(t);
  const scene = await openSimulatedGateway(t);
  const out = join(folder, "result.json");
  const { exit, output } = run(t, ["eval", "--samples", folder, "--gateway", scene.url, "--json", out]);
  assert.equal(await exit, 0, output());
  assert.match(output(), /3 samples at .*3 by b0/);
  assert.match(output(), /built-in simulator: no real model/);
  const summary = JSON.parse(readFileSync(out, "utf8")) as Summary;
  assert.deepEqual([summary.samples, summary.failed, summary.json_rate], [3, 0, 1]);
  assert.equal(summary.fields["brand"]?.samples, 0);
  assert.ok(Math.abs((summary.fields["type"]?.accuracy ?? 0) - 2 / 3) < 1e-12);
  // Without brand the weights add up to 11, of which type has 2.5.
  assert.ok(Math.abs(summary.weighted.mean - (2 + 8.5 / 11) / 3) < 1e-12, String(summary.weighted.mean));
  assert.equal(await scene.metric("cache_requests_total", { outcome: "bypass" }), 3);
});

test("what fails scores 0, and the exit status says so", async (t) => {
  const folder = openFolder(t);
  writeFileSync(join(folder, "003-front.jpg"), "no photo at all");
  const scene = await openSimulatedGateway(t);
  const { exit, output } = run(t, ["eval", "--samples", folder, "--gateway", scene.url]);
  assert.equal(await exit, 1);
  assert.match(output(), /1 failed, each scores 0: 1 unsupported_media_type/);
});

test("mistakes are said in one sentence, with the exit status of wrong usage or of failure", async (t) => {
  const folder = openFolder(t);
  const broken = openFolder(t);
  writeFileSync(join(broken, "labels.jsonl"), '{"image":"001-front.jpg","labels":{"type":1e3,"colour":"red"}}\n');
  const gone = openFolder(t);
  rmSync(join(gone, "002-front.jpg"));
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const cases: [string[], number, RegExp][] = [
    [[], 2, /--samples/],
    [["--samples", folder, "--concurrency", "0"], 2, /1 to 256/],
    [["--samples", folder, "--concurrency", "257"], 2, /1 to 256/],
    [["--samples", folder, "--gateway", "localhost"], 2, /must be a URL/],
    [["--samples", folder, "--unknown"], 2, /unknown/],
    [["--samples", "no-such-folder"], 1, /labels\.jsonl cannot be read/],
    [["--samples", broken], 1, /line 1: labels\.colour/],
    [["--samples", gone], 1, /line 2: there is no .*002-front\.jpg/],
    [["--samples", folder, "--gateway", nobody], 1, /Nothing listens at/],
    [["--samples", folder, "--key-file", "no-such-file"], 1, /cannot be read/],
    [["--help"], 0, /offline protocol/],
  ];
  for (const [args, status, pattern] of cases) {
    const { exit, output } = run(t, ["eval", ...args]);
    assert.equal(await exit, status, `${args.join(" ")}: ${output()}`);
    assert.match(output(), pattern);
  }
});

test("a gateway that wants a key says so, and takes the one in the file", async (t) => {
  const folder = openFolder(t);
  const scene = await openSimulatedGateway(t, {
    change(config) {
      config.auth = { ...config.auth, required: true, keys: [{ id: "k", key: "sesame-sesame", scopes: ["infer"] }] };
    },
  });
  const refused = run(t, ["eval", "--samples", folder, "--gateway", scene.url]);
  assert.equal(await refused.exit, 1);
  assert.match(refused.output(), /refuses: Send your API key/);
  const file = join(folder, "key");
  writeFileSync(file, "sesame-sesame\n");
  const { exit, output } = run(t, ["eval", "--samples", folder, "--gateway", scene.url, "--key-file", file]);
  assert.equal(await exit, 0, output());
  assert.doesNotMatch(output(), /sesame/);
});
