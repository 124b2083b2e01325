import { readTotal } from "../processes/metrics.ts";
import { sleep } from "../processes/stage.ts";
import type { Stage } from "../processes/stage.ts";

/** The mirror as an operator handles it. */
export interface Switch {
  turn(isOn: boolean): Promise<void>;
  /** Waits until no mirrored call is under way and nothing waits to be written. */
  untilQuiet(): Promise<void>;
  /** Waits until besides nothing waits to be mirrored, in memory or in the store. Answers what still does after all patience. */
  untilEmpty(): Promise<number>;
}

interface Status {
  waiting: number;
  spooled: number;
  in_flight: number;
}

const pollMs = 100;
const patienceMs = 15_000;
/** What was answered last is committed, and mirrored, within this time. */
const commitMs = 500;

export function openSwitch({ url, metrics }: Pick<Stage, "url" | "metrics">): Switch {
  async function ask(init?: RequestInit): Promise<Status> {
    const response = await fetch(`${url}/admin/shadow`, init);
    if (!response.ok) throw new Error(`/admin/shadow answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { status: Status }).status;
  }

  /** Polls until `left` is 0; what is left then. */
  async function until(left: () => Promise<number>): Promise<number> {
    const giveUpAt = performance.now() + patienceMs;
    await sleep(commitMs);
    for (;;) {
      const count = await left();
      if (count === 0 || performance.now() > giveUpAt) return count;
      await sleep(pollMs);
    }
  }

  const unwritten = async (): Promise<number> => readTotal(await metrics(), "garment_gateway_predictions_waiting");

  return {
    async turn(isOn) {
      const headers = { "content-type": "application/json" };
      await ask({ method: "PATCH", headers, body: JSON.stringify({ enabled: isOn }) });
    },
    async untilQuiet() {
      await until(async () => (await ask()).in_flight + (await unwritten()));
    },
    untilEmpty: () =>
      until(async () => {
        const { waiting, spooled, in_flight: inFlight } = await ask();
        return waiting + spooled + inFlight + (await unwritten());
      }),
  };
}
