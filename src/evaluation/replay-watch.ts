import type { Instruments, Log } from "../telemetry/index.ts";
import type { ComparisonAnswer } from "../../schemas/index.ts";
import type { Audit } from "./audit.ts";
import type { ReplayEvidence } from "./replay-evidence.ts";

interface Parts {
  log: Log;
  instruments: Pick<Instruments, "shadowReplayDifference" | "shadowReplayWorse">;
  audit: Audit;
  readReplays: (armId: string) => Promise<ReplayEvidence | null>;
}

/** Shows what replays say of the two arms that are compared; an arm that has become worse is told of once, in log and record. */
export function createReplayWatch({ log, instruments, audit, readReplays }: Parts) {
  const { shadowReplayDifference: difference, shadowReplayWorse: worse } = instruments;
  let told = new Set<string>();

  async function tell(backend: string, armId: string, found: ReplayEvidence): Promise<void> {
    const { window, difference, low, high } = found;
    log.warn(
      { backend, arm: armId, difference, high },
      "replays prove that this build answers worse than it did: it has changed in silence",
    );
    const body = { backend, arm: armId, window, difference, low, high };
    // Another replica may have told it.
    const isTold = async (): Promise<boolean> =>
      (await audit.newest("replay_worse", 50)).some((entry) => (entry.body as { arm?: unknown }).arm === armId);
    await audit.append("replay_worse", "gateway", body, isTold);
  }

  return {
    async look(arms: ComparisonAnswer["arms"]): Promise<void> {
      difference.reset();
      worse.reset();
      const stillWorse = new Set<string>();
      for (const { arm: armId, backend } of arms === null ? [] : [arms.baseline, arms.candidate]) {
        const found = await readReplays(armId);
        if (found === null) continue;
        const arm = `${backend}:${armId.slice(0, 8)}`;
        difference.set({ arm, bound: "estimate" }, found.difference);
        difference.set({ arm, bound: "low" }, found.low);
        difference.set({ arm, bound: "high" }, found.high);
        worse.set({ arm }, Number(found.isWorse));
        if (!found.isWorse) continue;
        stillWorse.add(armId);
        if (!told.has(armId)) await tell(backend, armId, found);
      }
      told = stillWorse;
    },
  };
}
