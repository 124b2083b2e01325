import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { openSimulator } from "../../src/simulator/index.ts";
import { fixedVision } from "../support/fixed-vision.ts";
import { freePort, isReady, run } from "../support/gateway-process.ts";
import { eventually } from "../support/simulated-gateway.ts";

const photo = new Uint8Array(readFileSync("samples/garments/000-front.jpg"));

async function start(t: TestContext, speed = 0) {
  const simulators = await Promise.all(
    [1, 2].map(() => openSimulator({ modelId: "sim-test", speed, vision: fixedVision() })),
  );
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-reload-"));
  const port = await freePort();
  const file = join(folder, "gateway.yaml");
  const write = (backends: number, more = "", portWritten = port) => {
    const list = simulators
      .slice(0, backends)
      .map(({ url }, at) => `  - { id: b${at}, url: "${url}", model: sim-test, family: qwen3-vl }`);
    writeFileSync(file, `server: { port: ${portWritten} }\nbackends:\n${list.join("\n")}\n${more}\n`);
  };
  write(1);
  const gateway = run(t, ["serve", "--config", file]);
  t.after(async () => {
    await Promise.all(simulators.map((simulator) => simulator.close()));
    rmSync(folder, { recursive: true });
  });
  await eventually(() => isReady(port), "ready");
  const url = `http://127.0.0.1:${port}`;
  const post = (query = "") =>
    fetch(`${url}/v1/attributes${query}`, {
      method: "POST",
      headers: { "content-type": "image/jpeg", "cache-control": "no-store" },
      body: photo,
    });
  return { ...gateway, url, write, post };
}

test("a backend that is added to the file serves without a restart, and no request is dropped meanwhile", async (t) => {
  const { output, write, post } = await start(t);
  assert.equal((await post("?model=b1")).status, 404);
  const load = { isDone: false };
  const statuses: number[] = [];
  const sending = (async () => {
    while (!load.isDone) statuses.push((await post()).status);
  })();
  write(2);
  await eventually(async () => (await post("?model=b1")).status === 200, "b1 serves");
  write(1);
  await eventually(async () => (await post("?model=b1")).status === 404, "b1 is gone");
  load.isDone = true;
  await sending;
  assert.ok(statuses.length > 5);
  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(output().match(/configuration reloaded/g)?.length, 2);
});

test("SIGHUP reloads, and a wrong file is refused whole with every mistake in the log", async (t) => {
  const { process: child, output, write, post } = await start(t);
  write(2, "routing: { max_attempts: 99, polcy: x }");
  child.kill("SIGHUP");
  await eventually(() => output().includes("configuration refused"), "refused");
  assert.match(output(), /routing\.max_attempts: found 99/);
  assert.match(output(), /routing\.polcy: found an unknown key/);
  assert.equal((await post("?model=b1")).status, 404, "nothing of it is in force");
  assert.equal((await post()).status, 200);
});

test("a change that needs a restart is refused by name", async (t) => {
  const { output, write, post } = await start(t);
  write(2, "", 1);
  await eventually(() => output().includes("configuration refused"), "refused");
  assert.match(output(), /server\.port: found 1, expected \d+, or a restart/);
  assert.equal((await post("?model=b1")).status, 404);
});

test("a stop answers what is running, says not ready first, and ends within the grace", async (t) => {
  const { process: child, url, post, exit, output } = await start(t, 0.3);
  const running = post();
  await eventually(
    async () => /requests_in_flight [1-9]/.test(await (await fetch(`${url}/metrics`)).text()),
    "it runs",
  );
  child.kill("SIGTERM");
  await eventually(async () => (await fetch(`${url}/readyz`)).status === 503, "not ready");
  assert.match(await (await fetch(`${url}/readyz`)).text(), /stopping/);
  assert.equal((await running).status, 200);
  assert.equal(await exit, 0, output());
  await assert.rejects(fetch(url));
});
