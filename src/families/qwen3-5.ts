import type { Family } from "./family.ts";
import { qwen3Vl } from "./qwen3-vl.ts";

/**
 * Qwen3.5 and 3.6: the geometry of Qwen3-VL. The chat template thinks by default, which costs seconds and puts prose in
 * front of the JSON, so each call switches it off.
 * Source: vLLM `model_executor/models/qwen3_5.py`, whose processing info extends Qwen3-VL's.
 */
export const qwen35: Family = { ...qwen3Vl, id: "qwen3.5", chatTemplateKwargs: { enable_thinking: false } };
