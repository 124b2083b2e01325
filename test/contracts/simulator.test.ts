import type { FamilyId } from "../../src/families/index.ts";
import { openSimulator } from "../../src/simulator/index.ts";
import { createStubVision } from "../support/stub-vision.ts";
import { vllmProtocolSuite } from "./vllm-protocol.ts";

const maxModelLen = 4096;

for (const family of ["qwen3-vl", "qwen3.5"] as const) {
  vllmProtocolSuite(`simulator, ${family}`, async () => {
    const model = `sim-${family}`;
    const simulator = await openSimulator({
      modelId: model,
      family,
      maxModelLen,
      maxImages: 3,
      speed: 0,
      vision: createStubVision(),
    });
    return { url: simulator.url, model, family, maxImages: 3, maxModelLen, close: () => simulator.close() };
  });
}

/**
 * The same suite against a real server: VLLM_URL=http://… VLLM_MODEL=… VLLM_FAMILY=… VLLM_MAX_IMAGES=… VLLM_MAX_MODEL_LEN=…
 * node --test test/contracts/simulator.test.ts
 */
const { VLLM_URL, VLLM_MODEL, VLLM_FAMILY, VLLM_MAX_IMAGES, VLLM_MAX_MODEL_LEN } = process.env;
if (VLLM_URL !== undefined) {
  vllmProtocolSuite(`vLLM at ${VLLM_URL}`, () =>
    Promise.resolve({
      url: VLLM_URL,
      model: VLLM_MODEL ?? "",
      family: (VLLM_FAMILY ?? "qwen3-vl") as FamilyId,
      maxImages: Number(VLLM_MAX_IMAGES ?? 4),
      maxModelLen: Number(VLLM_MAX_MODEL_LEN ?? 8192),
      close: () => Promise.resolve(),
    }),
  );
}
