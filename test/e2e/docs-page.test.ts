import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { chromium } from "playwright-core";
import { openSimulatedGateway } from "../support/simulated-gateway.ts";

const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = browsers.find((path) => existsSync(path));
const skip = executablePath === undefined ? "no Chromium on this machine: install Debian's package chromium" : false;

test("the API page works offline: with all but loopback blocked no request fails", { skip }, async (t) => {
  const { url } = await openSimulatedGateway(t);
  const profile = await mkdtemp(join(tmpdir(), "garment-gateway-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executablePath as string,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
  try {
    const page = await context.newPage();
    const failures: string[] = [];
    page.on("requestfailed", (request) => failures.push(`${request.url()}: ${request.failure()?.errorText}`));
    page.on("response", (response) => {
      if (response.status() >= 400) failures.push(`${response.url()}: ${response.status()}`);
    });
    page.on("pageerror", (error) => failures.push(`script: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") failures.push(`console: ${message.text()}`);
    });
    await page.goto(`${url}/docs`, { waitUntil: "networkidle" });
    await page.getByText("/v1/attributes").first().click();
    await page.getByText("One garment, nine attributes").first().waitFor();
    await page.waitForLoadState("networkidle");
    assert.deepEqual(failures, []);
    const screenshots = process.env["SCREENSHOTS"];
    if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, "docs.png"), fullPage: true });
  } finally {
    await context.close();
    await rm(profile, { recursive: true });
  }
});

test("openapi.json lists the paths exactly as the contract writes them", async (t) => {
  const { url } = await openSimulatedGateway(t);
  const { paths, openapi } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { requestBody?: { content: object }; responses: object }>>;
  };
  assert.match(openapi, /^3\.1/);
  for (const path of ["/v1/attributes", "/v1/models", "/healthz", "/readyz", "/metrics", "/openapi.json"]) {
    assert.ok(paths[path], path);
  }
  assert.ok(
    Object.keys(paths).every((path) => !path.endsWith("/") && !path.startsWith("/docs")),
    Object.keys(paths).join(" "),
  );
  const post = paths["/v1/attributes"]?.["post"];
  assert.deepEqual(Object.keys(post?.requestBody?.content ?? {}), [
    "image/jpeg",
    "multipart/form-data",
    "application/json",
  ]);
  assert.deepEqual(Object.keys(post?.responses ?? {}), [
    "200",
    "400",
    "404",
    "413",
    "415",
    "422",
    "500",
    "502",
    "503",
    "504",
  ]);
});
