import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { chromium } from "playwright-core";
import type { Locator, Page } from "playwright-core";
import { openSimulatedGateway } from "../support/simulated-gateway.ts";

const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = browsers.find((path) => existsSync(path));
const skip = executablePath === undefined ? "no Chromium on this machine: install Debian's package chromium" : false;

/**
 * Opens the page in a browser that reaches nothing but loopback; nothing may go wrong in it. The browser is closed when
 * `work` has ended, before the gateway: its connections would keep that one open.
 */
async function withPage(t: TestContext, work: (page: Page) => Promise<void>): Promise<void> {
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
    await work(page);
    await page.waitForLoadState("networkidle");
    assert.deepEqual(failures, []);
  } finally {
    await context.close();
    await rm(profile, { recursive: true });
  }
}

/** Opens an operation of the page. */
async function unfold(page: Page, path: string): Promise<Locator> {
  const operation = page.locator(".opblock", { has: page.locator(`[data-path="${path}"]`) });
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Execute" }).waitFor();
  return operation;
}

/** Presses Execute; the status of the answer. */
async function execute(page: Page, operation: Locator): Promise<number> {
  const [response] = await Promise.all([
    page.waitForResponse((each) => each.request().method() === "POST"),
    operation.getByRole("button", { name: "Execute" }).click(),
  ]);
  return response.status();
}

test("the API page works offline: with all but loopback blocked no request fails", { skip }, (t) =>
  withPage(t, async (page) => {
    await unfold(page, "/v1/attributes");
    await page.getByText("One garment, nine attributes").first().waitFor();
    const screenshots = process.env["SCREENSHOTS"];
    if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, "docs.png"), fullPage: true });
  }),
);

test("the page's Execute is answered with 200 in all three forms, with nothing filled in but a photo", { skip }, (t) =>
  withPage(t, async (page) => {
    const operation = await unfold(page, "/v1/attributes");
    const body = operation.locator(".opblock-section-request-body");
    assert.equal(await execute(page, operation), 200);
    for (const type of ["multipart/form-data", "image/jpeg"]) {
      await operation.getByLabel("Request content type").selectOption(type);
      const field = type === "image/jpeg" ? body : body.locator('[data-property-name="front"]');
      await field.locator("input[type=file]").setInputFiles("samples/garments/001-front.jpg");
      assert.equal(await execute(page, operation), 200, type);
    }
  }),
);

test("the page's Execute is answered with 200 for a chat completion", { skip }, (t) =>
  withPage(t, async (page) => {
    assert.equal(await execute(page, await unfold(page, "/v1/chat/completions")), 200);
  }),
);

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
    "application/json",
    "multipart/form-data",
    ...["jpeg", "png", "webp", "avif", "gif", "tiff", "heic"].map((type) => `image/${type}`),
  ]);
  assert.deepEqual(Object.keys(post?.responses ?? {}), [
    "200",
    "400",
    "401",
    "403",
    "404",
    "413",
    "415",
    "422",
    "429",
    "500",
    "502",
    "503",
    "504",
  ]);
});
