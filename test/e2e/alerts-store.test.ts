import assert from "node:assert/strict";
import test from "node:test";
import { assertRulesAreSound, firing, haveFired } from "../support/alerts.ts";
import { pause } from "../support/background-load.ts";
import { changeStore, evaluationConfig, evaluationRules, startLabelledLoad } from "../support/labelled-load.ts";
import { startObservedFleet } from "../support/observed-fleet.ts";
import { postgresIsMissing, startPostgres } from "../support/postgres.ts";
import { prometheusIsMissing } from "../support/prometheus.ts";

test(
  "a record that was changed and a comparison of a build with itself are told",
  { skip: prometheusIsMissing },
  async (t) => {
    const fleet = await startObservedFleet(t, {
      simulators: [{ speed: 4 }, { speed: 4 }],
      rules: evaluationRules,
      config: evaluationConfig,
      builds: ["fp8", "fp8"],
    });
    const load = startLabelledLoad(t, fleet);
    await haveFired(fleet.prometheus, ["VerdictInvalid"]);
    await load.stop();
    await fleet.kill();
    changeStore(fleet, "drop trigger audit_no_update", `update audit set body = '{"verdict":"promote"}'`);
    await fleet.restart();
    await haveFired(fleet.prometheus, ["AuditBroken"]);
    await assertRulesAreSound(fleet.prometheus);
  },
);

test("a build that gets worse in silence is told", { skip: prometheusIsMissing }, async (t) => {
  const fleet = await startObservedFleet(t, {
    simulators: [{ speed: 4 }, { speed: 4, modelId: "sim-other" }],
    rules: evaluationRules,
    config: { shadow: { mirror_rate: 1, replay: { enabled: true, per_hour: 36_000 } } },
  });
  const load = startLabelledLoad(t, fleet);
  await pause(5);
  await load.stop();
  fleet.setFaults(0, { kind: "wrong-types", rate: 0.5 });
  await haveFired(fleet.prometheus, ["BuildGotWorse"]);
});

test("a store that is gone is told", { skip: prometheusIsMissing || postgresIsMissing }, async (t) => {
  const server = await startPostgres();
  t.after(() => server.remove());
  const fleet = await startObservedFleet(t, {
    simulators: [{ speed: 4 }],
    rules: evaluationRules,
    config: evaluationConfig,
    storageUrl: await server.createDatabase(),
  });
  await pause(6);
  assert.deepEqual(await firing(fleet.prometheus), []);
  const [idle] = await fleet.prometheus.query("garment_gateway_brown_out_factor");
  assert.equal(idle?.value[1], "1", "a gateway without requests degrades nothing");
  startLabelledLoad(t, fleet);
  await server.stop();
  await haveFired(fleet.prometheus, ["StoreUnavailable"]);
});
