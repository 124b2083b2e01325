/** The whole gateway in a process of its own, on a free loopback port. */
import type { AddressInfo } from "node:net";
import { loadConfig } from "../../config/index.ts";
import type { BackendConfig, Config } from "../../schemas/index.ts";
import { buildApp } from "../../src/app.ts";
import { openGateway } from "../../src/gateway.ts";
import { runChild } from "../harness/child.ts";

export interface GatewaySetup {
  backends: (Pick<BackendConfig, "id" | "url" | "model"> & Partial<Pick<BackendConfig, "role" | "card">>)[];
  storageUrl: string;
  /** What differs from the default; without it nothing is mirrored, as for every fleet that names no candidate. */
  shadow?: Partial<Config["shadow"]>;
}

/** What a configuration that names only id, URL and model is filled up to, but for the family. */
function withDefaults({ id, url, model, role = "live", card = null }: GatewaySetup["backends"][number]): BackendConfig {
  return {
    id,
    url,
    model,
    family: "qwen3-vl",
    quantization: "unknown",
    role,
    weight: 1,
    max_concurrency: 64,
    tiers: ["fast", "balanced", "accurate"],
    vision_tokens: {},
    card,
    api_key: null,
  };
}

export interface GatewayReady {
  url: string;
}

await runChild(async (setup) => {
  const { backends, storageUrl, shadow } = setup as GatewaySetup;
  const config = structuredClone<Config>(loadConfig({ environment: {} }));
  config.backends = backends.map(withDefaults);
  config.storage.url = storageUrl;
  config.shadow = { ...config.shadow, enabled: shadow !== undefined, ...shadow };
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
