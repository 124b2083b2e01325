import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { stringify } from "yaml";
import { openSimulator } from "../../src/simulator/index.ts";
import type { Fault, Simulator, SimulatorOptions } from "../../src/simulator/index.ts";
import { fixedVision } from "./fixed-vision.ts";
import { freePort, isReady, run } from "./gateway-process.ts";
import type { Run } from "./gateway-process.ts";
import { dcgmFile } from "./known-metrics.ts";
import { startPrometheus } from "./prometheus.ts";
import type { Prometheus } from "./prometheus.ts";
import { eventually } from "./simulated-gateway.ts";

const defaultModel = "sim-observed";

interface Sections extends Record<string, unknown> {
  shadow?: object;
}

interface Options {
  /** One backend each: `b0` serves, `b1` is the candidate. */
  simulators: Partial<SimulatorOptions>[];
  /** What differs from the default configuration, but for backends and port. */
  config?: Sections;
  /** Contents of rule files. */
  rules?: string[];
  /** A file of its own where it is not given. */
  storageUrl?: string;
  /** Each backend's quantization. */
  builds?: string[];
}

/** A gateway in a process of its own before simulated backends, and a Prometheus that scrapes them and a GPU's exposition. */
export interface ObservedFleet {
  url: string;
  simulators: readonly Simulator[];
  prometheus: Prometheus;
  /** What dcgm-exporter says: a metric's value, until it is set again. */
  gpu: Map<string, number>;
  configFile: string;
  storageFile: string;
  /** The running gateway. */
  gateway(): Run;
  /** Ends the gateway at once. */
  kill(): Promise<void>;
  /** Starts another one on the same port, file and store. */
  restart(): Promise<void>;
  setFaults(backend: number, ...faults: Fault[]): void;
  writeConfig(change?: Sections): void;
}

export async function startObservedFleet(t: TestContext, options: Options): Promise<ObservedFleet> {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-observed-"));
  const port = await freePort();
  const simulators = await Promise.all(
    options.simulators.map((each) => openSimulator({ modelId: defaultModel, vision: fixedVision(), ...each })),
  );
  const gpu = new Map<string, number>();
  const exporter = await serveGpu(gpu);
  const configFile = join(folder, "fleet.yaml");
  const storageFile = join(folder, "gateway.db");

  function writeConfig(change: Sections = {}): void {
    const backends = simulators.map(({ url }, at) => ({
      id: `b${at}`,
      url,
      model: options.simulators[at]?.modelId ?? defaultModel,
      family: "qwen3-vl",
      ...(at === 1 && { role: "shadow" }),
      ...(options.builds !== undefined && { quantization: options.builds[at] }),
    }));
    const { shadow, ...rest }: Sections = { ...options.config, ...change };
    const arms = { baseline: "b0", candidate: simulators.length > 1 ? "b1" : "none" };
    const config = {
      server: { port },
      backends,
      shadow: { enabled: simulators.length > 1, ...arms, ...shadow },
      ...rest,
    };
    writeFileSync(configFile, stringify(config));
  }

  writeConfig();
  const environment = { GATEWAY__STORAGE__URL: options.storageUrl ?? `sqlite:${storageFile}` };
  let gateway = run(t, ["serve", "--config", configFile], environment);
  await eventually(() => isReady(port), "the gateway is ready", 20_000);
  const prometheus = await startPrometheus(t, {
    jobs: {
      "garment-gateway": [`127.0.0.1:${port}`],
      vllm: simulators.map(({ url }) => new URL(url).host),
      dcgm: [`127.0.0.1:${(exporter.address() as AddressInfo).port}`],
    },
    ...(options.rules !== undefined && { rules: options.rules }),
  });
  t.after(async () => {
    gateway.process.kill("SIGKILL");
    await gateway.exit;
    exporter.closeAllConnections();
    exporter.close();
    await Promise.all(simulators.map((simulator) => simulator.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    url: `http://127.0.0.1:${port}`,
    simulators,
    prometheus,
    gpu,
    configFile,
    storageFile,
    gateway: () => gateway,
    async kill() {
      gateway.process.kill("SIGKILL");
      await gateway.exit;
    },
    async restart() {
      gateway = run(t, ["serve", "--config", configFile], environment);
      await eventually(() => isReady(port), `the gateway is ready again: ${gateway.output()}`, 20_000);
    },
    setFaults: (backend, ...faults) => simulators[backend]?.faults.set(faults),
    writeConfig,
  };
}

/** dcgm-exporter's page from the synthetic fixture; its energy counter runs. */
export async function serveGpu(changed: ReadonlyMap<string, number>) {
  const page = readFileSync(dcgmFile, "utf8");
  const startedAt = Date.now();
  const server = createServer((_, response) => {
    const milliwatts = 431_700;
    const text = page
      .split("\n")
      .map((line) => {
        const [, name, labels, value] = /^(\w+)(\{.*\}) (\S+)$/.exec(line) ?? [];
        if (name === undefined || labels === undefined) return line;
        const energy = name.includes("ENERGY") ? ((Date.now() - startedAt) / 1000) * milliwatts : 0;
        return `${name}${labels} ${changed.get(name) ?? Number(value) + energy}`;
      })
      .join("\n");
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return server;
}
