import assert from "node:assert/strict";
import test from "node:test";
import type { ChildProcess } from "node:child_process";
import { assertRulesAreSound, firing, haveFired } from "../support/alerts.ts";
import { pause, photo, postPhoto, startLoad } from "../support/background-load.ts";
import { startObservedFleet } from "../support/observed-fleet.ts";
import { prometheusIsMissing } from "../support/prometheus.ts";
import { shortRules } from "../support/short-rules.ts";

const fresh = { "cache-control": "no-store" };

/** What a gateway holds anyway: whether the alert sees memory is all that can be shown without 2 GB. */
const anyMemory = ["> 2e9", "> 2e7"] as const;

test(
  "alerts about the fleet fire for the faults they are named after, and stay silent without any",
  { skip: prometheusIsMissing },
  async (t) => {
    const fleet = await startObservedFleet(t, {
      simulators: [{ speed: 4 }],
      rules: [
        shortRules("grafana/prometheus/rules/fleet.yml", [anyMemory]),
        shortRules("grafana/prometheus/rules/slo.yml"),
      ],
      config: {
        admission: { max_queue: 32, brown_out: { enabled: true } },
        log: { level: "warn" },
      },
    });
    const { prometheus, url } = fleet;
    const light = startLoad(t, { callers: 2, send: (n) => postPhoto(url, photo(n), fresh) });
    await pause(8);
    const early = await firing(prometheus);
    assert.deepEqual(
      early.filter((name) => name !== "MemoryHigh"),
      [],
      "without a fault",
    );

    fleet.setFaults(0, { kind: "slow-drip", parameters: { pieces: 20, pause_ms: 160 } });
    const callers = startLoad(t, { callers: 60, send: (n) => postPhoto(url, photo(1_000_000 + n), fresh) });
    await haveFired(prometheus, [
      "LatencyBudgetBurnsFast",
      "LatencyBudgetBurnsSlowly",
      "LatencyBudgetSpent",
      "MemoryHigh",
    ]);

    fleet.setFaults(0, { kind: "overflow-503", rate: 0.6 });
    await haveFired(prometheus, ["LimitAtFloor", "FleetQueueDeep", "RequestsShed", "ImagesDegraded"]);
    await callers.stop();

    const busy = startLoad(t, { callers: 8, send: (n) => postPhoto(url, photo(2_000_000 + n), fresh) });
    fleet.setFaults(0, { kind: "wrong-usage" }, { kind: "truncated", rate: 0.2 });
    await haveFired(prometheus, ["TokenArithmeticMismatch", "InvalidAnswers"]);

    fleet.setFaults(0, { kind: "error-500", rate: 0.45 });
    await haveFired(prometheus, [
      "RetryBudgetEmpty",
      "AvailabilityBudgetBurnsFast",
      "AvailabilityBudgetBurnsSlowly",
      "AvailabilityBudgetSpent",
    ]);

    fleet.setFaults(0, { kind: "guidance-lost" });
    await haveFired(prometheus, ["GuidanceLost", "BackendQuarantined"]);

    for (let round = 0; round < 3; round += 1) {
      fleet.setFaults(0);
      await pause(2.5);
      fleet.setFaults(0, { kind: "refuse-connections" });
      await pause(1.5);
    }
    await haveFired(prometheus, ["BackendFlaps", "BackendDown", "NoBackendReady", "CircuitOpen"]);
    fleet.setFaults(0);

    fleet.writeConfig({ routing: { policy: "no-such-policy" } });
    await holdUp(fleet.gateway().process);
    await haveFired(prometheus, ["ConfigRefused", "EventLoopLag"]);

    await assertRulesAreSound(prometheus);
    await Promise.all([light.stop(), busy.stop()]);
    await fleet.kill();
    await haveFired(prometheus, ["GatewayDown"]);
  },
);

/** Stops a process again and again for longer than its event loop may lag. */
async function holdUp(process: ChildProcess): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    process.kill("SIGSTOP");
    await pause(0.4);
    process.kill("SIGCONT");
    await pause(0.2);
  }
}
