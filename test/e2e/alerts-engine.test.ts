import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { openSimulator } from "../../src/simulator/index.ts";
import { assertRulesAreSound, firing, haveFired } from "../support/alerts.ts";
import { pause, startLoad } from "../support/background-load.ts";
import { fixedVision } from "../support/fixed-vision.ts";
import { serveGpu } from "../support/observed-fleet.ts";
import { prometheusIsMissing, startPrometheus } from "../support/prometheus.ts";
import { shortRules } from "../support/short-rules.ts";

const rules = "grafana/prometheus/rules/engine.yml";

test(
  "alerts about the engine fire when others flood a server that is too small",
  { skip: prometheusIsMissing },
  async (t) => {
    const simulator = await openSimulator({
      modelId: "sim-small",
      vision: fixedVision(),
      maxNumSeqs: 256,
      latency: { kvBlocks: 120 },
    });
    const prometheus = await startPrometheus(t, {
      jobs: { vllm: [new URL(simulator.url).host] },
      rules: [shortRules(rules)],
    });
    t.after(() => simulator.close());
    await pause(5);
    assert.deepEqual(await firing(prometheus), [], "without a fault");
    const ask = (n: number) =>
      fetch(`${simulator.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          model: "sim-small",
          max_tokens: 200,
          temperature: 0,
          ignore_eos: true,
          messages: [{ role: "user", content: `Tell me more about garment ${n}.` }],
        }),
      });
    const load = startLoad(t, { callers: 140, pauseMs: 0, send: ask });
    await haveFired(prometheus, ["EngineQueueDeep", "EngineCacheFull", "EnginePreempts"]);
    await assertRulesAreSound(prometheus);
    await load.stop();
  },
);

test(
  "alerts about the card fire for what a synthetic exporter says of it",
  { skip: prometheusIsMissing },
  async (t) => {
    const said = new Map<string, number>();
    const exporter = await serveGpu(said);
    t.after(() => {
      exporter.closeAllConnections();
      exporter.close();
    });
    const { port } = exporter.address() as AddressInfo;
    const prometheus = await startPrometheus(t, { jobs: { dcgm: [`127.0.0.1:${port}`] }, rules: [shortRules(rules)] });
    await pause(6);
    assert.deepEqual(await firing(prometheus), [], "without a fault");
    said.set("DCGM_FI_DEV_XID_ERRORS", 79);
    said.set("DCGM_FI_DEV_GPU_TEMP", 92);
    said.set("DCGM_FI_DEV_ROW_REMAP_FAILURE", 1);
    said.set("DCGM_FI_DEV_SM_CLOCK", 900);
    await haveFired(prometheus, ["GpuXid", "GpuHot", "GpuRowRemapFailed", "GpuSlowedDown"]);
    await assertRulesAreSound(prometheus);
  },
);
