import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { freePort } from "./gateway-process.ts";
import { eventually } from "./simulated-gateway.ts";

const isThere = (command: string): boolean => spawnSync(command, ["--version"]).status === 0;

/** Why there is no Prometheus; false where one can be started. */
export const prometheusIsMissing: string | false =
  !(isThere("prometheus") && isThere("promtool")) &&
  "NO PROMETHEUS FOUND: boards, rules and alerts are not run. Install one: apt-get install --no-install-recommends prometheus";

/** Runs promtool and answers what it prints. @throws with its output where it finds a fault */
export async function promtool(...args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)("promtool", args);
    return stdout + stderr;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`promtool ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}

interface Series {
  metric: Record<string, string>;
  /** Time in seconds, value. */
  values: [number, string][];
}

export interface Prometheus {
  url: string;
  /** @throws where Prometheus refuses the query */
  query(expr: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]>;
  queryRange(expr: string, from: number, to: number, stepSeconds: number): Promise<Series[]>;
  /** Values of a metric's label. */
  labelValues(label: string, metric: string): Promise<string[]>;
  get<T>(path: string, parameters?: Record<string, string>): Promise<T>;
}

interface Options {
  /** Addresses, `host:port`, by job. */
  jobs: Record<string, string[]>;
  /** Contents of rule files. */
  rules?: string[];
}

/** A Prometheus of the test's own on a free loopback port, with its data in a temporary folder; it scrapes every second. */
export async function startPrometheus(t: TestContext, { jobs, rules = [] }: Options): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-prometheus-"));
  const port = await freePort();
  const files = rules.map((text, at) => {
    const file = join(folder, `rules-${at}.yml`);
    writeFileSync(file, text);
    return file;
  });
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: files,
    scrape_configs: Object.entries(jobs).map(([job, targets]) => ({
      job_name: job,
      static_configs: [{ targets }],
    })),
  };
  writeFileSync(join(folder, "prometheus.yml"), stringify(config));
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const exit = new Promise<void>((resolve) => child.on("close", () => resolve()));
  t.after(async () => {
    child.kill("SIGKILL");
    await exit;
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    );
  await eventually(isReady, `Prometheus starts: ${log}`, 20_000);

  async function get<T>(path: string, parameters: Record<string, string> = {}): Promise<T> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const body = (await response.json()) as { status: string; error?: string; data: T };
    if (body.status !== "success") throw new Error(`${path} ${JSON.stringify(parameters)}: ${body.error}`);
    return body.data;
  }

  return {
    url,
    get,
    query: async (expr) =>
      (await get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>("query", { query: expr }))
        .result,
    queryRange: async (expr, from, to, stepSeconds) =>
      (
        await get<{ result: Series[] }>("query_range", {
          query: expr,
          start: String(from),
          end: String(to),
          step: String(stepSeconds),
        })
      ).result,
    labelValues: (label, metric) => get<string[]>(`label/${label}/values`, { "match[]": metric }),
  };
}
