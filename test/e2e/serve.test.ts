import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { AttributesAnswer } from "../../schemas/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import { freePort, isReady, run } from "../support/gateway-process.ts";
import { eventually } from "../support/simulated-gateway.ts";

test("serve without a file answers a photo with nine fields from the simulator, says so, and stops on SIGTERM", async (t) => {
  const port = await freePort();
  const { process: gateway, output, exit } = run(t, ["serve"], { GATEWAY__SERVER__PORT: String(port) });
  await eventually(() => isReady(port), "ready");
  const response = await fetch(`http://127.0.0.1:${port}/v1/attributes`, {
    method: "POST",
    headers: { "content-type": "image/jpeg" },
    body: new Uint8Array(readFileSync("samples/garments/000-front.jpg")),
  });
  const answer = (await response.json()) as AttributesAnswer;
  assert.equal(response.status, 200, JSON.stringify(answer));
  assert.deepEqual(Object.keys(answer.attributes), [...fieldNames]);
  assert.equal(answer.simulated, true);
  assert.match(answer.model, /^sim-/);
  assert.match(output(), /no real model is behind this gateway/);
  gateway.kill("SIGTERM");
  assert.equal(await exit, 0, output());
});

for (const args of [["start"], ["run", "gateway", "--", "serve"]]) {
  test(`SIGTERM to \`npm ${args.join(" ")}\` stops the gateway as gracefully: supervisors see npm's pid only`, async (t) => {
    const port = await freePort();
    const npm = spawn("npm", args, {
      env: { ...process.env, GATEWAY__SERVER__PORT: String(port), GATEWAY__STORAGE__URL: "sqlite::memory:" },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    t.after(() => {
      try {
        // The whole group, so that a gateway that outlived its npm does not outlive the test.
        process.kill(-(npm.pid as number), "SIGKILL");
      } catch {
        // Nothing of it is left, which is what the test wants.
      }
    });
    let output = "";
    npm.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await eventually(() => isReady(port), "ready", 30_000);
    npm.kill("SIGTERM");
    assert.deepEqual(await once(npm, "close"), [0, null], output);
    assert.match(output, /"msg":"stopped"/);
    assert.equal(await isReady(port), false);
  });
}

test("a port that is taken is explained by the setting to change", async (t) => {
  const port = await freePort();
  const holder = createServer().listen(port, "127.0.0.1");
  t.after(() => holder.close());
  const { exit, output } = run(t, ["serve"], { GATEWAY__SERVER__PORT: String(port) });
  assert.equal(await exit, 1);
  assert.match(output(), /is in use.*server\.port/);
});

test("check-config explains every mistake in one line each and exits 1; a good file exits 0", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "wrong.yaml");
  writeFileSync(file, "server: { port: -1, hots: 1 }\nbackends: []\nlog: { level: loud }\n");
  const wrong = run(t, ["check-config", "--config", file]);
  assert.equal(await wrong.exit, 1);
  const lines = wrong.output().trim().split("\n");
  assert.equal(lines.length, 5, wrong.output());
  for (const path of ["server.port", "server.hots", "backends", "log.level"]) {
    assert.equal(lines.filter((line) => line.startsWith(`${path}: found `)).length, 1, path);
  }
  const good = run(t, ["check-config", "--config", "config/examples/one-card.yaml"]);
  assert.equal(await good.exit, 0, good.output());
});

test("serve refuses a wrong configuration with the same lines", async (t) => {
  const { exit, output } = run(t, ["serve"], { GATEWAY__SERVER__PORT: "many" });
  assert.equal(await exit, 1);
  assert.match(output(), /^server\.port: found "many", expected a whole number/);
});

test("wrong usage exits 2 with the help, and --help exits 0", async (t) => {
  for (const args of [[], ["nonsense"], ["serve", "--nonsense"], ["check-config", "--config"]]) {
    const { exit, output } = run(t, args);
    assert.equal(await exit, 2, args.join(" "));
    assert.match(output(), /--help|Exit status/);
  }
  for (const args of [["--help"], ["serve", "--help"], ["check-config", "--help"], ["simulate", "--help"]]) {
    assert.equal(await run(t, args).exit, 0, args.join(" "));
  }
});
