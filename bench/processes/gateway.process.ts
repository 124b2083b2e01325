/** The whole gateway in a process of its own, on a free loopback port. */
import type { AddressInfo } from "node:net";
import { loadConfig } from "../../config/index.ts";
import type { BackendConfig, Config } from "../../schemas/index.ts";
import { buildApp } from "../../src/app.ts";
import { openGateway } from "../../src/gateway.ts";
import { runChild } from "../harness/child.ts";

export interface GatewaySetup {
  backends: { id: string; url: string; model: string }[];
}

/** What a configuration that names only id, URL and model is filled up to, but for the family. */
function withDefaults({ id, url, model }: GatewaySetup["backends"][number]): BackendConfig {
  return {
    id,
    url,
    model,
    family: "qwen3-vl",
    quantization: "unknown",
    role: "live",
    weight: 1,
    max_concurrency: 64,
    tiers: ["fast", "balanced", "accurate"],
    vision_tokens: {},
    card: null,
    api_key: null,
  };
}

export interface GatewayReady {
  url: string;
}

await runChild(async (setup) => {
  const { backends } = setup as GatewaySetup;
  const config = structuredClone<Config>(loadConfig({ environment: {} }));
  config.backends = backends.map(withDefaults);
  const gateway = await openGateway(config);
  await gateway.fleet.onceSettled;
  const app = await buildApp(gateway);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const ready: GatewayReady = { url: `http://127.0.0.1:${port}` };
  return {
    ready,
    async close() {
      app.server.closeAllConnections();
      await app.close();
      await gateway.close();
    },
  };
});
