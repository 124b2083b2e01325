import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { createServer as createSocketServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { freePort } from "../support/gateway-process.ts";

interface Ended {
  status: number | null;
  output: string;
  outDir: string;
}

/** Runs `node loadtest/main.ts ARGS` to its end. */
async function loadtest(t: TestContext, args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const outDir = mkdtempSync(join(tmpdir(), "garment-gateway-loadtest-"));
  const child = spawn(process.execPath, ["loadtest/main.ts", ...args, "--out", outDir], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(outDir, { recursive: true, force: true });
  });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, output, outDir };
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("smoke starts a gateway of its own, passes, and leaves text, JSON and a page that fetches nothing", async (t) => {
  const { status, output, outDir } = await loadtest(t, ["smoke", "--quick"]);
  assert.equal(status, 0, output);
  assert.match(output, /smoke: passes/);
  for (const code of ["image_missing", "unsupported_media_type", "image_corrupt", "too_many_images"])
    assert.match(output, new RegExp(code));
  const json = JSON.parse(readFileSync(join(outDir, "smoke.json"), "utf8")) as {
    passes: boolean;
    figures: Record<string, number>;
    invariants: { verdict: string }[];
  };
  assert.equal(json.passes, true);
  assert.equal(json.figures["refusedShare"], 1);
  assert.equal(json.invariants.filter(({ verdict }) => verdict === "holds").length, 6);
  const page = readFileSync(join(outDir, "smoke.html"), "utf8");
  assert.equal(page.match(/<svg /g)?.length, 6);
  assert.doesNotMatch(
    page.replaceAll('xmlns="http://www.w3.org/2000/svg"', ""),
    /https?:\/\/(?!127\.)|src=|@import|url\(/,
  );
  assert.ok(existsSync(join(outDir, "smoke.txt")));
});

test("a gateway that loses answers, doubles ids and fails is reported by invariant, and the status is 1", async (t) => {
  let count = 0;
  const url = await serve(t, (request, response) => {
    if (request.url === "/healthz") return void response.end("{}");
    request.resume();
    request.on("end", () => {
      count += 1;
      if (count % 3 === 0) return void response.destroy();
      const headers = { "x-request-id": String(request.headers["x-request-id"]) };
      // The one request before the load: it may go on.
      if (count === 1) return void response.writeHead(503, headers).end('{"code":"overloaded"}');
      if (count % 3 === 1) return void response.writeHead(500, headers).end('{"code":"internal"}');
      response.writeHead(200, headers).end('{"id":"gar_same"}');
    });
  });
  const { status, output } = await loadtest(t, ["smoke", "--quick"], { GATEWAY_URL: url });
  assert.equal(status, 1, output);
  assert.match(output, /violated: every request has one answer/);
  assert.match(output, /violated: no answer is doubled/);
  assert.match(output, /violated: no answer is another request's/);
  assert.match(output, /violated: no 5xx but sheds and injected faults \(\d+ internal\)/);
  assert.match(output, /threshold missed: answeredShare/);
});

test("an address where nothing listens is named, and the status is 1", async (t) => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { status, output } = await loadtest(t, ["steady"], { GATEWAY_URL: url });
  assert.equal(status, 1, output);
  assert.ok(output.includes(`No gateway answers at ${url} (ECONNREFUSED)`), output);
});

test("a server that takes the connection and says nothing ends the run in seconds, with status 1", async (t) => {
  const server = createSocketServer(() => {}).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { status, output } = await loadtest(t, ["steady"], { GATEWAY_URL: url });
  assert.equal(status, 1, output);
  assert.match(output, /No gateway answers at .* \(nothing for 5 s\)/);
});

test("a gateway that needs a key says so before any load; a wrong key is told apart", async (t) => {
  let posts = 0;
  const url = await serve(t, (request, response) => {
    if (request.method === "POST") posts += 1;
    request.resume();
    const headers = { "x-request-id": String(request.headers["x-request-id"]) };
    response.writeHead(request.url === "/healthz" ? 200 : 401, headers).end('{"code":"unauthorized"}');
  });
  const none = await loadtest(t, ["steady"], { GATEWAY_URL: url });
  assert.equal(none.status, 1);
  assert.match(none.output, /needs a key: set GATEWAY_KEY/);
  const wrong = await loadtest(t, ["steady"], { GATEWAY_URL: url, GATEWAY_KEY: "wrong" });
  assert.equal(wrong.status, 1);
  assert.match(wrong.output, /does not take the key in GATEWAY_KEY/);
  assert.equal(posts, 2);
});

test("a samples folder without images is refused with status 1", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "garment-gateway-"));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, "notes.txt"), "no photo");
  const { status, output } = await loadtest(t, ["steady", "--samples", dir]);
  assert.equal(status, 1);
  assert.match(output, /no image in /);
});

test("wrong usage is explained with status 2, help is none", async (t) => {
  const unknown = await loadtest(t, ["stress"]);
  assert.equal(unknown.status, 2);
  assert.match(unknown.output, /There is no scenario stress[^]*overload/);
  assert.equal((await loadtest(t, ["steady", "--rate", "fast"])).status, 2);
  assert.equal((await loadtest(t, ["steady"], { GATEWAY_URL: "nonsense" })).status, 2);
  assert.equal((await loadtest(t, ["--help"])).status, 0);
});

test("chaos against a gateway whose simulators nobody named is refused", async (t) => {
  const url = await serve(t, (request, response) => {
    request.resume();
    const headers = { "x-request-id": String(request.headers["x-request-id"]) };
    if (request.url === "/healthz") return void response.end("{}");
    response.writeHead(503, headers).end('{"code":"overloaded"}');
  });
  const { status, output } = await loadtest(t, ["chaos"], { GATEWAY_URL: url });
  assert.equal(status, 1);
  assert.match(output, /set SIMULATORS/);
});

test("Ctrl-C ends the load, reports what there is with status 1, and leaves no process behind", async (t) => {
  const outDir = mkdtempSync(join(tmpdir(), "garment-gateway-loadtest-"));
  const child = spawn(process.execPath, ["loadtest/main.ts", "steady", "--duration", "10m", "--out", outDir], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(outDir, { recursive: true, force: true });
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const begun = new Promise((resolve) => child.stderr.once("data", resolve));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await begun;
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
  assert.equal(children.length, 1);
  child.kill("SIGINT");
  assert.equal(await ended, 1, output);
  assert.match(output, /the run ended early: it was interrupted/);
  assert.ok(existsSync(join(outDir, "steady.html")));
  for (const pid of children) assert.ok(!existsSync(`/proc/${pid}`), `process ${pid} is still there`);
});
