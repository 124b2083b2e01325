import { getFamily } from "../families/index.ts";
import { systemClock } from "../kernel/index.ts";
import { createRoutes } from "./endpoints/routes.ts";
import type { FaultControl } from "./faults/control.ts";
import { ClientGone } from "./http/exchange.ts";
import { openListener } from "./http/listener.ts";
import type { Exchange } from "./http/exchange.ts";
import { startLifecycle } from "./lifecycle.ts";
import type { SimulatorOptions } from "./options.ts";
import { createServerParts } from "./server.ts";
import type { SimulatorStats } from "./server.ts";
import { openVision } from "./vision.ts";

/** A running simulated server. */
export interface Simulator {
  /** Its root, such as `http://127.0.0.1:8001`. */
  readonly url: string;
  readonly port: number;
  readonly faults: FaultControl;
  stats(): SimulatorStats;
  /** Ends everything: connections are reset, timers and threads stopped. */
  close(): Promise<void>;
}

/**
 * Starts a server that speaks vLLM's protocol and answers about garments with simple eyes instead of a model.
 * Throws a RangeError where an option is not acceptable, and the listener's error where the port is taken.
 */
export async function openSimulator(options: SimulatorOptions): Promise<Simulator> {
  if (!options.modelId.startsWith("sim-"))
    throw new RangeError(`The model id of a simulator must begin with "sim-", not ${options.modelId}.`);
  if (!((options.speed ?? 1) >= 0)) throw new RangeError("speed must be a number from 0 up.");
  const clock = options.clock ?? systemClock;
  const host = options.host ?? "127.0.0.1";
  const vision = options.vision ?? openVision(options.build ?? "fp8");
  const server = createServerParts(options, getFamily(options.family ?? "qwen3-vl"), vision, clock);

  let route: (exchange: Exchange) => Promise<void> = () => Promise.resolve();
  const listener = await openListener(host, options.port ?? 0, (exchange) => route(exchange)).catch(
    async (error: unknown) => {
      await vision.close();
      throw error;
    },
  );
  const lifecycle = startLifecycle({
    clock,
    listener,
    dice: server.dice,
    abortEngine: (reason) => server.engine.abortAll(reason),
    clearCaches: () => server.clearCaches(),
  });
  route = createRoutes(server, lifecycle);

  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}`,
    port: listener.port,
    faults: server.dice,
    stats() {
      const { inFlight: _, ...counts } = server.counts;
      return { ...counts, running: server.engine.running, waiting: server.engine.waiting };
    },
    async close() {
      await lifecycle.close();
      server.engine.abortAll(new ClientGone("The simulator closes."));
      server.engine.close();
      await vision.close();
    },
  };
}
