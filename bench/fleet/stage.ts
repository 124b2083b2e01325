import { join } from "node:path";
import { startChild } from "../harness/child.ts";
import type { Child } from "../harness/child.ts";
import { openClient } from "../load/client.ts";
import type { Client } from "../load/client.ts";
import type { Photos } from "../load/photos.ts";
import type { GatewayReady, GatewaySetup } from "../processes/gateway.process.ts";
import type { SimulatorReady, SimulatorSetup } from "../processes/simulator.process.ts";
import { readSeries } from "./metrics.ts";

const simulatorEntry = new URL("../processes/simulator.process.ts", import.meta.url);
const gatewayEntry = new URL("../processes/gateway.process.ts", import.meta.url);
const patienceMs = 20_000;

export type Simulator = Child<SimulatorReady>;

export function startSimulator(setup: SimulatorSetup, outDir: string): Promise<Simulator> {
  return startChild(simulatorEntry, setup, join(outDir, "simulators.log"));
}

/** A gateway in a process of its own, and a caller of it. */
export interface Stage {
  client: Client;
  /** The value of each of a metric's series by its `backend` label; empty where there is no such metric. */
  gauge(name: string, labels?: Record<string, string>): Promise<Map<string, number>>;
  /** Waits until these backends are in rotation. */
  untilReady(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(backends: GatewaySetup["backends"], photos: Photos, outDir: string): Promise<Stage> {
  const setup: GatewaySetup = { backends };
  const gateway = await startChild<GatewayReady>(gatewayEntry, setup, join(outDir, "gateway.log"));
  const { url } = gateway.ready;
  const client = openClient(url, photos);

  async function gauge(name: string, labels: Record<string, string> = {}): Promise<Map<string, number>> {
    const response = await fetch(`${url}/metrics`);
    return readSeries(await response.text(), name, labels);
  }

  return {
    client,
    gauge,
    async untilReady(ids) {
      const giveUpAt = performance.now() + patienceMs;
      for (;;) {
        const states = await gauge("garment_gateway_backend_state", { state: "ready" });
        if (ids.every((id) => states.get(id) === 1)) return;
        if (performance.now() > giveUpAt) throw new Error(`not in rotation in ${patienceMs} ms: ${ids.join(", ")}`);
        await sleep(100);
      }
    },
    async close() {
      client.close();
      await gateway.stop();
    },
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
