import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "../../bench/harness/child.ts";
import type { Child } from "../../bench/harness/child.ts";
import type { GatewaySetup } from "../../bench/processes/gateway.process.ts";
import type { SimulatorSetup } from "../../bench/processes/simulator.process.ts";
import type { EmbeddedSetup } from "../processes/gateway.process.ts";
import type { Simulator, Target, TargetKind } from "./target.ts";

const embeddedEntry = new URL("../processes/gateway.process.ts", import.meta.url);
const gatewayEntry = new URL("../../bench/processes/gateway.process.ts", import.meta.url);
const simulatorEntry = new URL("../../bench/processes/simulator.process.ts", import.meta.url);

/**
 * Unequal in speed, and both so slow that two cores move three times what they answer with ease: then the fleet is the limit,
 * as it is in front of a real card, and not the machine that plays it.
 */
const builds = [
  { id: "slow", speed: 0.2 },
  { id: "fast", speed: 0.4 },
] as const;
const slots = 8;

/** Starts a gateway in a process of its own, with a store in a folder of its own, and what it needs behind it. */
export async function openOwnTarget(kind: TargetKind, outDir: string): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-loadtest-"));
  const storageUrl = `sqlite:${join(folder, "gateway.db")}`;
  const open: Child<{ url: string }>[] = [];

  async function close(): Promise<void> {
    // The gateway first: it would otherwise see its backends go.
    for (const child of open.toReversed()) await child.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  async function start(entry: URL, setup: object, log: string): Promise<string> {
    const child = await startChild<{ url: string }>(entry, setup, join(outDir, log));
    open.push(child);
    return child.ready.url;
  }

  try {
    if (kind === "embedded") {
      const url = await start(embeddedEntry, { storageUrl } satisfies EmbeddedSetup, "gateway.log");
      const setup = "The gateway as `npm start` has it, two simulated builds included, in a process of its own.";
      return { url, key: null, setup, isOwn: true, simulators: [], close };
    }
    const simulators: Simulator[] = [];
    for (const { id, speed } of builds) {
      const wanted: SimulatorSetup = { modelId: `sim-${id}`, speed, maxNumSeqs: slots, port: 0 };
      simulators.push({ backend: id, url: await start(simulatorEntry, wanted, "simulators.log") });
    }
    const backends = simulators.map(({ backend, url }) => ({ id: backend, model: `sim-${backend}`, url }));
    const url = await start(gatewayEntry, { backends, storageUrl } satisfies GatewaySetup, "gateway.log");
    const setup =
      `The gateway before ${builds.length} simulated builds, each in a process of its own, with ${slots} slots at ` +
      `${builds.map(({ speed }) => speed).join(" and ")} times the usual speed: so slow that the builds are the limit and not this machine.`;
    return { url, key: null, setup, isOwn: true, simulators, close };
  } catch (error) {
    await close();
    throw error;
  }
}
