/** Simulated vLLM servers that share one card, and so one process: what one of them computes the others wait for. */
import { createCard, openSimulator } from "../../src/simulator/index.ts";
import { runChild } from "../harness/child.ts";
import { createPlainVision } from "./plain-vision.ts";
import type { SimulatorReady, SimulatorSetup } from "./simulator.process.ts";

export interface CardSetup {
  servers: SimulatorSetup[];
}

export interface CardReady {
  /** In the order of the setup. */
  servers: SimulatorReady[];
}

await runChild(async (setup) => {
  const card = createCard();
  const { servers } = setup as CardSetup;
  const open = await Promise.all(
    servers.map((server) => openSimulator({ ...server, card, vision: createPlainVision() })),
  );
  const ready: CardReady = { servers: open.map(({ url, port }) => ({ url, port })) };
  return { ready, close: async () => void (await Promise.all(open.map((each) => each.close()))) };
});
