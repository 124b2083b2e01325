import type { Fleet } from "../backends/index.ts";
import { createQuestion, createReask, mergeReask } from "../extraction/index.ts";
import type { ValidAnswer } from "../extraction/index.ts";
import type { Images } from "../image/index.ts";
import { createId } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import type { Instruments } from "../telemetry/index.ts";
import type { AttributesAnswer, Config } from "../../schemas/index.ts";
import { ask } from "./ask.ts";
import type { AskContext, Asked } from "./ask.ts";
import { findCandidates, requireServed } from "./candidates.ts";
import { answerInvalid } from "./errors.ts";
import { targetOf } from "./garment.ts";
import type { Garment } from "./garment.ts";
import { createPrepare } from "./prepare.ts";
import { fieldsToReview } from "./review.ts";
import { createStopwatch } from "./stopwatch.ts";

/** Ids of the built-in simulator's models begin with this, and no real model's does. */
const simulatedPrefix = "sim-";

interface InferenceParts {
  config: Pick<Config, "image" | "routing" | "review">;
  images: Images;
  fleet: Fleet;
  instruments: Instruments;
  clock: Clock;
}

/** The answer without the total time, which only the HTTP edge knows. */
export type InferredAnswer = Omit<AttributesAnswer, "timings_ms"> & {
  timings_ms: Omit<AttributesAnswer["timings_ms"], "total">;
};

/** One garment in, nine validated attributes out. */
export type Infer = (garment: Garment) => Promise<InferredAnswer>;

/** Creates the one way from a garment to its answer; `infer` reads top to bottom as a request runs. */
export function createInference({ config, images, fleet, instruments, clock }: InferenceParts): Infer {
  return async function infer(garment) {
    const { options, deadline } = garment;
    const target = targetOf(options);
    requireServed(fleet, target);
    const stopwatch = createStopwatch(clock);

    // Digest, header, limits: everything that can refuse an image without decoding it.
    const uploads = await stopwatch.time("image", () =>
      Promise.all(garment.images.map(({ bytes, view }) => images.inspect(bytes, view))),
    );
    const views = uploads.map((upload) => upload.view);
    const context: AskContext = {
      rank: () => findCandidates(fleet, target, uploads.length),
      prepare: createPrepare({
        images,
        uploads,
        asked: options.vision_tokens,
        budgets: config.image.vision_tokens,
        maxPerRequest: config.image.max_vision_tokens_per_request,
        signal: deadline.signal,
      }),
      deadline,
      stopwatch,
      instruments,
      spent: { attempts: 0, promptTokens: 0, completionTokens: 0 },
      attemptTimeoutMs: config.routing.attempt_timeout_ms,
      maxAttempts: config.routing.max_attempts,
    };

    const asked = await ask(createQuestion(views), context);
    const answer = await complete(asked, views, context);
    record(instruments, asked.backend.id, answer);

    return {
      id: createId("gar_", clock.wall()),
      sample_id: options.sample_id ?? null,
      metadata: options.metadata ?? null,
      attributes: answer.attributes,
      confidence: answer.confidence,
      calibrator: null,
      needs_review: fieldsToReview(answer.confidence, config.review.thresholds),
      model: asked.backend.config.model,
      backend: asked.backend.id,
      quantization: asked.backend.config.quantization,
      tier: target.tier,
      simulated: asked.backend.config.model.startsWith(simulatedPrefix),
      cache: "miss",
      attempts: context.spent.attempts,
      repaired: answer.isRepaired,
      degraded: null,
      images: asked.images.map((image) => ({
        view: image.view,
        sha256: image.sha256,
        format: image.format,
        width: image.width,
        height: image.height,
        sent_width: image.sentWidth,
        sent_height: image.sentHeight,
        vision_tokens: image.visionTokens,
      })),
      usage: { prompt_tokens: context.spent.promptTokens, completion_tokens: context.spent.completionTokens },
      timings_ms: { ...stopwatch.timings },
    };
  };
}

/** Asks once more for what an answer lacks, at the backend that knows the images already. */
async function complete(
  { backend, answer }: Asked,
  views: Parameters<typeof createReask>[0],
  context: AskContext,
): Promise<ValidAnswer> {
  if (answer.status === "valid") return answer;
  context.instruments.retries.labels({ reason: "reask" }).inc();
  const again = await ask(createReask(views, answer), context, {
    read: (reply) => mergeReask(answer, reply),
    prefer: backend,
  });
  if (again.answer.status === "valid") return again.answer;
  const fields = again.answer.badFields.join(", ");
  throw answerInvalid(
    `The model's answer was still invalid after it was asked again (${fields}). Send the request again.`,
  );
}

function record(instruments: Instruments, backend: string, answer: ValidAnswer): void {
  for (const [field, value] of Object.entries(answer.attributes)) {
    if (value === null) instruments.fieldNull.labels({ backend, field }).inc();
  }
  for (const [field, confidence] of Object.entries(answer.confidence)) {
    if (confidence !== null) instruments.confidence.labels({ field }).observe(confidence);
  }
}
