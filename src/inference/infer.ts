import type { Backend, Fleet } from "../backends/index.ts";
import type { Answers, TimeLeft } from "../cache/index.ts";
import { createQuestion, createReask, mergeReask } from "../extraction/index.ts";
import type { Answer, ValidAnswer } from "../extraction/index.ts";
import type { Images, Upload } from "../image/index.ts";
import { createId, GatewayError } from "../kernel/index.ts";
import type { Clock, Random } from "../kernel/index.ts";
import type { Instruments } from "../telemetry/index.ts";
import type { AttributesAnswer, Config } from "../../schemas/index.ts";
import { ask } from "./ask.ts";
import type { AskContext, Asked } from "./ask.ts";
import type { Retries } from "./attempts.ts";
import { createChoose } from "./choose.ts";
import type { Choose } from "./choose.ts";
import { contentKeyOf } from "./content.ts";
import { answerInvalid } from "./errors.ts";
import { targetOf } from "./garment.ts";
import type { Garment } from "./garment.ts";
import { armOf, isSimulated, preparationOf } from "./observation.ts";
import type { Arm, FailedCall, LiveCall } from "./observation.ts";
import { createPrepare } from "./prepare.ts";
import { fieldsToReview } from "./review.ts";
import { createStopwatch } from "./stopwatch.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** What every caller with the same content may share. */
export type SharedAnswer = Omit<
  AttributesAnswer,
  "id" | "sample_id" | "metadata" | "needs_review" | "cache" | "timings_ms"
>;

/** An answer that callers may share, and the arm that gave it. */
export interface ArmAnswer {
  answer: SharedAnswer;
  arm: Arm;
}

/** The answer without the total time, which only the HTTP edge knows. */
export type InferredAnswer = Omit<AttributesAnswer, "timings_ms"> & {
  timings_ms: Omit<AttributesAnswer["timings_ms"], "total">;
};

/** Which backends there are does not depend on what a request costs. */
const noWork = { visionTokens: 0, textTokens: 0 };

interface InferenceParts {
  /** Read anew for each request: it may be reloaded. */
  config: () => Pick<Config, "image" | "routing" | "review" | "cache">;
  images: Images;
  fleet: Fleet;
  answers: Answers<ArmAnswer>;
  instruments: Instruments;
  clock: Clock;
  random: Random;
  retries: Retries;
  /** Share of its vision token budget that a new request keeps: 1, or less under pressure. */
  budgetFactor: () => number;
}

/** One garment in, nine validated attributes out. */
export type Infer = (garment: Garment) => Promise<InferredAnswer>;

/** Creates the one way from a garment to its answer; `infer` reads top to bottom as a request runs. */
export function createInference(parts: InferenceParts): Infer {
  const { images, fleet, answers, instruments, clock } = parts;

  return async function infer(garment) {
    const { options, deadline, priority } = garment;
    const config = parts.config();
    const stopwatch = createStopwatch(clock);

    // Digest, header, limits: everything that can refuse an image without decoding it.
    const uploads = await stopwatch.time("image", () =>
      Promise.all(garment.images.map(({ bytes, view }) => images.inspect(bytes, view, deadline.signal))),
    );
    const target = targetOf(options);
    const choose = createChoose({
      fleet,
      policy: config.routing.policy,
      random: parts.random,
      target,
      imageCount: uploads.length,
    });
    const factor = parts.budgetFactor();

    const key = contentKeyOf({
      settings: config.image,
      uploads,
      target,
      asked: options.vision_tokens,
      factor,
      candidates: choose(noWork).ranked,
    });
    const mode = config.cache.enabled ? garment.cacheMode : "no-store";
    const askedAt = clock.now();
    let call: LiveCall | null = null;
    let failure: FailedCall | null = null;
    const onFailed = (failed: FailedCall): void => void (failure = failed);
    const isCustom = options.vision_tokens !== undefined;
    const {
      answer: { answer, arm },
      cache,
    } = await answers
      .get(key, { mode, lane: priority, deadline }, async (timeLeft) => {
        const request = { config, uploads, options, choose, factor, stopwatch, priority, onFailed };
        const made = await answerAnew(request, timeLeft);
        ({ call } = made);
        return { answer: made.answer, arm: made.arm };
      })
      .catch((error: unknown) => {
        if (failure !== null) {
          const { sample_id: sampleId = null, metadata = null } = options;
          const id = createId("gar_", clock.wall());
          garment.onObserved?.({ answer: null, id, sampleId, metadata, tier: target.tier, failure, isCustom });
        }
        throw error;
      });

    const inferred: InferredAnswer = {
      id: createId("gar_", clock.wall()),
      sample_id: options.sample_id ?? null,
      metadata: options.metadata ?? null,
      ...answer,
      tier: target.tier,
      needs_review: fieldsToReview(answer.confidence, config.review.thresholds),
      cache,
      timings_ms: {
        ...stopwatch.timings,
        // Who joined work under way waited for its backend all the same.
        ...(cache === "coalesced" && { backend: clock.now() - askedAt }),
      },
    };
    garment.onObserved?.({ answer: inferred, arm, call, isCustom });
    return inferred;
  };

  async function answerAnew(request: RequestParts, timeLeft: TimeLeft): Promise<MadeAnswer> {
    const { config, uploads, options, choose, factor, stopwatch, priority } = request;
    parts.retries.recordRequest();
    const views = uploads.map((upload) => upload.view);
    let degradedTier: ReturnType<Choose>["degradedTier"] = null;
    const context: AskContext = {
      fleet,
      choose(work) {
        const choice = choose(work);
        degradedTier = choice.degradedTier;
        return choice;
      },
      priority,
      retries: parts.retries,
      clock,
      prepare: createPrepare({
        images,
        uploads,
        asked: options.vision_tokens,
        budgets: config.image.vision_tokens,
        maxPerRequest: config.image.max_vision_tokens_per_request,
        factor,
        signal: timeLeft.signal,
      }),
      deadline: timeLeft,
      stopwatch,
      instruments,
      spent: { attempts: 0, promptTokens: 0, completionTokens: 0, failedBackends: new Set() },
      attemptTimeoutMs: config.routing.attempt_timeout_ms,
      maxAttempts: config.routing.max_attempts,
    };
    const { asked, answer } = await askWhole(views, context).catch(async (error: unknown) => {
      const failed = await describeFailure(error, context, request);
      if (failed !== null) request.onFailed(failed);
      throw error;
    });
    record(instruments, asked.backend.id, answer);
    const { backend, preparation } = asked;
    const { degradedTokens } = preparation;
    const isDegraded = degradedTokens !== null || degradedTier !== null;
    const shared: SharedAnswer = {
      attributes: answer.attributes,
      confidence: answer.confidence,
      calibrator: null,
      model: backend.config.model,
      backend: backend.id,
      quantization: backend.config.quantization,
      tier: null,
      simulated: isSimulated(backend.config.model),
      attempts: context.spent.attempts,
      repaired: answer.isRepaired,
      degraded: isDegraded
        ? {
            ...(degradedTokens !== null && { vision_tokens: degradedTokens }),
            ...(degradedTier !== null && { tier: degradedTier }),
          }
        : null,
      images: preparation.images.map((image) => ({
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
    };
    const call: LiveCall = {
      images: preparation.images,
      isClean: !answer.isRepaired,
      attempts: context.spent.attempts,
      latencyMs: stopwatch.timings.backend,
      failedBackends: [...context.spent.failedBackends].filter((id) => id !== backend.id),
    };
    return {
      answer: shared,
      arm: armOf(backend, preparationOf(backend, config.image, options.vision_tokens)),
      call,
    };
  }
}

/** Only what the builds did wrong: not a caller who left, nor a fleet that was busy or away. */
const buildFailures: ReadonlySet<string> = new Set(["backend_failed", "answer_invalid"]);

async function describeFailure(error: unknown, context: AskContext, request: RequestParts): Promise<FailedCall | null> {
  const failed = context.fleet.backends.filter(({ id }) => context.spent.failedBackends.has(id));
  const [first] = failed;
  if (first === undefined || !(error instanceof GatewayError) || !buildFailures.has(error.code)) return null;
  // It was prepared for the call that failed.
  const { images, degradedTokens } = await context.prepare(first);
  const { config, options, stopwatch } = request;
  return {
    code: error.code,
    arms: failed.map((backend) => armOf(backend, preparationOf(first, config.image, options.vision_tokens))),
    images,
    isDegraded: degradedTokens !== null,
    attempts: context.spent.attempts,
    latencyMs: stopwatch.timings.backend,
  };
}

interface MadeAnswer extends ArmAnswer {
  call: LiveCall;
}

interface RequestParts {
  config: ReturnType<InferenceParts["config"]>;
  uploads: readonly Upload[];
  options: Garment["options"];
  choose: Choose;
  factor: number;
  stopwatch: Stopwatch;
  priority: Garment["priority"];
  /** Told where every build that was asked failed. */
  onFailed: (failure: FailedCall) => void;
}

/** Only a clean answer that is as good as was asked for may be given to others later. */
export function isStorable({ answer: { repaired, degraded } }: ArmAnswer): boolean {
  return !repaired && degraded === null;
}

type Views = Parameters<typeof createReask>[0];

/** An answer with all of its fields: from one backend, or, where that answers garbage, from another one. */
async function askWhole(views: Views, context: AskContext): Promise<{ asked: Asked; answer: ValidAnswer }> {
  const asked = await ask(createQuestion(views), context);
  let answer = await complete(asked, views, context);
  if (answer.status === "valid") return { asked, answer };
  if (mayAskElsewhere(asked.backend, context)) {
    context.spent.failedBackends.add(asked.backend.id);
    const elsewhere = await ask(createQuestion(views), context, { avoid: asked.backend });
    answer = await complete(elsewhere, views, context);
    if (answer.status === "valid") return { asked: elsewhere, answer };
    context.spent.failedBackends.add(elsewhere.backend.id);
  }
  context.spent.failedBackends.add(asked.backend.id);
  throw answerInvalid(
    `The model's answer was still invalid after it was asked again (${answer.badFields.join(", ")}). Send the request again.`,
  );
}

/** Garbage may be the backend's doing or the image's; finding out is a retry like any other. */
function mayAskElsewhere(backend: Backend, { choose, retries, instruments }: AskContext): boolean {
  const hasOther = choose(noWork).ranked.some((other) => other !== backend);
  if (!hasOther) return false;
  const isAllowed = retries.tryRetry();
  instruments.retries.labels({ reason: isAllowed ? "invalid_answer" : "budget_empty" }).inc();
  return isAllowed;
}

/** Asks once more for what an answer lacks, at the backend that knows the images already. */
async function complete({ backend, answer }: Asked, views: Views, context: AskContext): Promise<Answer> {
  if (answer.status === "valid") return answer;
  context.instruments.retries.labels({ reason: "reask" }).inc();
  const again = await ask(createReask(views, answer), context, {
    read: (reply) => mergeReask(answer, reply),
    prefer: backend,
  });
  return again.answer;
}

function record(instruments: Instruments, backend: string, answer: ValidAnswer): void {
  for (const [field, value] of Object.entries(answer.attributes)) {
    if (value === null) instruments.fieldNull.labels({ backend, field }).inc();
  }
  for (const [field, confidence] of Object.entries(answer.confidence)) {
    if (confidence !== null) instruments.confidence.labels({ field }).observe(confidence);
  }
}
