import { readFileSync } from "node:fs";
import type { AttributesAnswer } from "../../schemas/index.ts";

/** A t-shirt of samples/garments in 64x85 pixels: small enough to be read on a page, large enough to be answered. */
const photo = readFileSync(new URL("t-shirt.jpg", import.meta.url)).toString("base64");

/** Requests that work as they are. */
export const attributesExample = { images: [{ data: photo, view: "front" }] };

export const chatExample = {
  model: "tier:balanced",
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "What garment is this? Answer in one sentence." },
        { type: "image_url", image_url: { url: `data:image/jpeg;base64,${photo}` } },
      ],
    },
  ],
  max_completion_tokens: 100,
  stream: false,
};

/** What the built-in simulator answered to samples/garments/001-front.jpg. */
export const answerExample: AttributesAnswer = {
  id: "gar_01a209ed72c378c5ab8c1d5a911d771f",
  sample_id: null,
  metadata: null,
  attributes: {
    type: "t-shirt",
    color: "light blue",
    pattern: "solid",
    neckline: "crew neck",
    sleeve_length: "short sleeve",
    closure: "pullover",
    brand: null,
    size: null,
    defect_type: null,
  },
  confidence: {
    type: 0.8366,
    color: 0.9537,
    pattern: 0.6175,
    neckline: 0.61,
    sleeve_length: 0.7997,
    closure: 0.8161,
    brand: 0.8478,
    size: 0.9783,
    defect_type: 0.9891,
  },
  calibrator: null,
  model: "sim-qwen3-vl-8b",
  backend: "blackwell-fp8",
  quantization: "fp8",
  tier: "accurate",
  simulated: true,
  attempts: 1,
  repaired: false,
  degraded: null,
  images: [
    {
      view: "front",
      sha256: "fe32d6ca48c40571ddbc383449cd74e70ca0cfb1b6788a9c942befe988789428",
      format: "jpeg",
      width: 600,
      height: 800,
      sent_width: 576,
      sent_height: 768,
      vision_tokens: 432,
    },
  ],
  usage: {
    prompt_tokens: 763,
    completion_tokens: 72,
  },
  needs_review: ["pattern", "neckline", "sleeve_length"],
  cache: "miss",
  timings_ms: {
    total: 159.2,
    image: 10.5,
    queue: 0.1,
    backend: 145.4,
  },
};
