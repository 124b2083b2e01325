import assert from "node:assert/strict";
import test from "node:test";
import { assertRulesAreSound, firing, haveFired } from "../support/alerts.ts";
import { pause, photo, postPhoto, startLoad } from "../support/background-load.ts";
import { startObservedFleet } from "../support/observed-fleet.ts";
import {
  changeStore,
  evaluationConfig,
  evaluationRules,
  otherEyes,
  startLabelledLoad,
} from "../support/labelled-load.ts";
import { prometheusIsMissing } from "../support/prometheus.ts";

test(
  "alerts about shadow evaluation fire for the faults they are named after, and stay silent without any",
  { skip: prometheusIsMissing },
  async (t) => {
    const fleet = await startObservedFleet(t, {
      simulators: [{ speed: 4 }, { speed: 4, vision: otherEyes(), modelId: "sim-other" }],
      rules: evaluationRules,
      config: evaluationConfig,
      builds: ["fp8", "nvfp4"],
    });
    const { prometheus, url } = fleet;
    const plain = startLoad(t, { callers: 2, pauseMs: 60, send: (n) => postPhoto(url, photo(n)) });
    await pause(8);
    assert.deepEqual(await firing(prometheus), [], "without a fault");
    await plain.stop();

    const load = startLabelledLoad(t, fleet);
    await haveFired(prometheus, ["VerdictReject"]);

    fleet.setFaults(1, { kind: "error-500", rate: 0.6 });
    await haveFired(prometheus, ["ShadowCandidateFails"]);

    changeStore(fleet, "alter table garments rename to garments_away");
    await haveFired(prometheus, ["PredictionsLost"]);
    changeStore(fleet, "alter table garments_away rename to garments");

    fleet.setFaults(1, { kind: "refuse-connections" });
    await haveFired(prometheus, ["ShadowPausedLong", "MirrorsDropped"], 60_000);
    await load.stop();
    await assertRulesAreSound(prometheus);
  },
);
