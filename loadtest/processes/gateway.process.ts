/** The gateway as `npm start` has it, its two simulated builds included, in a process of its own on a free loopback port. */
import type { AddressInfo } from "node:net";
import { runChild } from "../../bench/harness/child.ts";
import { loadConfig } from "../../config/index.ts";
import type { Config } from "../../schemas/index.ts";
import { buildApp } from "../../src/app.ts";
import { openGateway } from "../../src/gateway.ts";

export interface EmbeddedSetup {
  storageUrl: string;
}

await runChild(async (setup) => {
  const config = structuredClone<Config>(loadConfig({ environment: {} }));
  config.storage.url = (setup as EmbeddedSetup).storageUrl;
  const gateway = await openGateway(config);
  await gateway.fleet.onceSettled;
  const app = await buildApp(gateway);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    ready: { url: `http://127.0.0.1:${port}` },
    async close() {
      app.server.closeAllConnections();
      await app.close();
      await gateway.close();
    },
  };
});
