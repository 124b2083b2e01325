import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "../harness/child.ts";
import type { Child } from "../harness/child.ts";
import { openClient } from "../load/client.ts";
import type { Client } from "../load/client.ts";
import type { Photos } from "../load/photos.ts";
import type { CardReady, CardSetup } from "./card.process.ts";
import type { GatewayReady, GatewaySetup } from "./gateway.process.ts";
import { readSeries } from "./metrics.ts";
import type { SimulatorReady, SimulatorSetup } from "./simulator.process.ts";

const simulatorEntry = new URL("simulator.process.ts", import.meta.url);
const cardEntry = new URL("card.process.ts", import.meta.url);
const gatewayEntry = new URL("gateway.process.ts", import.meta.url);
const patienceMs = 20_000;

export type Simulator = Child<SimulatorReady>;

export function startSimulator(setup: SimulatorSetup, outDir: string): Promise<Simulator> {
  return startChild(simulatorEntry, setup, join(outDir, "simulators.log"));
}

/** Servers that share one card. */
export function startCard(setup: CardSetup, outDir: string): Promise<Child<CardReady>> {
  return startChild(cardEntry, setup, join(outDir, "simulators.log"));
}

/** A gateway in a process of its own, and a caller of it. */
export interface Stage {
  url: string;
  client: Client;
  /** The metrics page. */
  metrics(): Promise<string>;
  /** The value of each of a metric's series by its `backend` label; empty where there is no such metric. */
  gauge(name: string, labels?: Record<string, string>): Promise<Map<string, number>>;
  /** Waits until these backends are in rotation. */
  untilReady(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens a gateway; without a `storageUrl` its store is new, and goes with it. */
export async function openStage(
  setup: Omit<GatewaySetup, "storageUrl"> & { storageUrl?: string },
  photos: Photos,
  outDir: string,
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-bench-"));
  const whole: GatewaySetup = { storageUrl: `sqlite:${join(folder, "gateway.db")}`, ...setup };
  const gateway = await startChild<GatewayReady>(gatewayEntry, whole, join(outDir, "gateway.log"));
  const { url } = gateway.ready;
  const client = openClient(url, photos);

  async function metrics(): Promise<string> {
    const response = await fetch(`${url}/metrics`);
    return response.text();
  }

  async function gauge(name: string, labels: Record<string, string> = {}): Promise<Map<string, number>> {
    return readSeries(await metrics(), name, labels);
  }

  return {
    url,
    client,
    metrics,
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
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
