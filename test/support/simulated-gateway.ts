import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { pino } from "pino";
import { loadConfig } from "../../config/index.ts";
import type { BackendConfig, Config } from "../../schemas/index.ts";
import { buildApp } from "../../src/app.ts";
import { openGateway } from "../../src/gateway.ts";
import type { Gateway, GatewayOverrides } from "../../src/gateway.ts";
import { openSimulator } from "../../src/simulator/index.ts";
import type { Simulator, SimulatorOptions } from "../../src/simulator/index.ts";
import { fixedVision } from "./fixed-vision.ts";
import { activeResources, assertQuiet } from "./quiet.ts";

interface Options {
  /** One simulated backend each, `b0`, `b1`, …; instant and with fixed eyes where not said otherwise. */
  simulators?: Partial<SimulatorOptions>[];
  /** Changes to each backend's configuration. */
  backend?: Partial<BackendConfig>;
  /** Changes to the default configuration. */
  change?: (config: Config) => void;
  overrides?: GatewayOverrides;
}

export interface SimulatedGateway {
  gateway: Gateway;
  simulators: Simulator[];
  url: string;
  logLines: Record<string, unknown>[];
  /** Sum of a metric's series whose labels contain all of `labels`. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
  post(body: Buffer, query?: string, init?: RequestInit): Promise<Response>;
}

/**
 * The whole gateway on a loopback port before simulated backends. When the test ends everything is closed, and nothing
 * may be left over: no request in flight, no socket, no timer.
 */
export async function openSimulatedGateway(t: TestContext, options: Options = {}): Promise<SimulatedGateway> {
  const before = activeResources();
  const { simulators: simulatorOptions = [{}], backend = {}, change, overrides } = options;
  const simulators = await Promise.all(
    simulatorOptions.map((each) => openSimulator({ modelId: "sim-test", speed: 0, vision: fixedVision(), ...each })),
  );
  const config = structuredClone<Config>(loadConfig({ environment: {} }));
  config.backends = simulators.map((simulator, at): BackendConfig => ({
    id: `b${at}`,
    url: simulator.url,
    model: simulatorOptions[at]?.modelId ?? "sim-test",
    family: simulatorOptions[at]?.family ?? "qwen3-vl",
    quantization: "fp8",
    role: "live",
    weight: 1,
    max_concurrency: 64,
    tiers: ["fast", "balanced", "accurate"],
    vision_tokens: {},
    card: null,
    api_key: null,
    ...backend,
  }));
  config.storage.url = "sqlite::memory:";
  change?.(config);
  const logLines: Record<string, unknown>[] = [];
  const log = pino(
    { level: "debug", base: null },
    { write: (line: string) => void logLines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const gateway = await openGateway(config, { log, ...overrides });
  await gateway.fleet.onceSettled;
  const app = await buildApp(gateway);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  t.after(async () => {
    const counts = Object.fromEntries(
      gateway.fleet.backends.map((each) => [`${each.id} in flight`, () => each.inFlight]),
    );
    await app.close();
    await gateway.close();
    await Promise.all(simulators.map((simulator) => simulator.close()));
    await assertQuiet(before, counts);
  });

  return {
    gateway,
    simulators,
    url,
    logLines,
    async metric(name, labels = {}) {
      const { text } = await gateway.instruments.meter.expose();
      const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
      return text
        .split("\n")
        .filter((line) => line.startsWith(`garment_gateway_${name}{`) || line.startsWith(`garment_gateway_${name} `))
        .filter((line) => wanted.every((label) => line.includes(label)))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
    },
    post: (body, query = "", init = {}) =>
      fetch(`${url}/v1/attributes${query}`, {
        method: "POST",
        // Tests are about backends: a stored answer would hide them.
        headers: { "content-type": "image/jpeg", "cache-control": "no-store" },
        body: new Uint8Array(body),
        ...init,
      }),
  };
}

/** Polls until `check` is true, for about five seconds where not said otherwise. */
export async function eventually(check: () => Promise<boolean> | boolean, what: string, forMs = 5000): Promise<void> {
  for (let tries = 0; tries < forMs / 10; tries += 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never happened: ${what}`);
}
