import type { AnsweredObservation, FailedObservation, Observation } from "./inference/index.ts";
import type { PreparedImage } from "./image/index.ts";
import { contentOf } from "./predictions/index.ts";
import type { AnswerRecord, Prediction } from "./predictions/index.ts";

/** A request's end as the predictions room keeps it. */
export function predictionOf(observation: Observation, createdMs: number): Prediction {
  return observation.answer === null ? failedPrediction(observation, createdMs) : answered(observation, createdMs);
}

/**
 * Only a whole answer of its own to a request as the gateway puts it is a sample: no stored or shared one, none that
 * pressure made smaller, none with a budget of the caller's.
 */
function answered({ answer, arm, call, isCustom }: AnsweredObservation, createdMs: number): Prediction {
  const uploads = answer.images.map(({ view, sha256, width, height }) => ({ view, sha256, width, height }));
  const content = contentOf(uploads);
  const { id: garmentId, attributes, confidence, usage } = answer;
  const isSample = call !== null && answer.cache === "miss" && answer.degraded === null && !isCustom;
  return {
    garmentId,
    content,
    sampleId: answer.sample_id,
    metadata: answer.metadata,
    createdMs,
    arm,
    cache: answer.cache,
    tier: answer.tier,
    degraded: answer.degraded,
    attributes,
    confidence,
    uploads,
    sample: isSample
      ? {
          answer: {
            ...live({ content, garmentId, arm, createdMs }),
            outcome: call.isClean ? "valid" : "repaired",
            attributes,
            confidence,
            isClean: call.isClean,
            attempts: call.attempts,
            latencyMs: call.latencyMs,
            promptTokens: usage.prompt_tokens,
            completionTokens: usage.completion_tokens,
          },
          images: call.images.map(keptImage),
          failedBackends: call.failedBackends,
        }
      : null,
  };
}

/**
 * A garment that every build failed at counts against them: else the live build would be judged by those only that it
 * could answer. The first one's failure is its answer; what the others did is the first of their two tries.
 */
function failedPrediction({ id, failure, isCustom, ...request }: FailedObservation, createdMs: number): Prediction {
  const uploads = failure.images.map(({ view, sha256, width, height }) => ({ view, sha256, width, height }));
  const content = contentOf(uploads);
  const [arm, ...others] = failure.arms;
  if (arm === undefined) throw new Error("a failed request names no arm");
  return {
    garmentId: id,
    content,
    sampleId: request.sampleId,
    metadata: request.metadata,
    createdMs,
    arm,
    cache: "failed",
    tier: request.tier,
    degraded: null,
    attributes: null,
    confidence: null,
    uploads,
    sample:
      failure.isDegraded || isCustom
        ? null
        : {
            answer: {
              ...live({ content, garmentId: id, arm, createdMs }),
              outcome: "failed",
              failure: failure.code,
              attempts: failure.attempts,
              latencyMs: failure.latencyMs,
            },
            images: failure.images.map(keptImage),
            failedBackends: others.map(({ backend }) => backend),
          },
  };
}

type LiveFacts = Pick<AnswerRecord, "content" | "garmentId" | "arm" | "createdMs">;

/** Whoever serves callers sees every garment. */
function live(facts: LiveFacts): AnswerRecord {
  return {
    ...facts,
    origin: "live",
    outcome: "valid",
    failure: null,
    attributes: null,
    confidence: null,
    isClean: false,
    attempts: 1,
    latencyMs: 0,
    promptTokens: 0,
    completionTokens: 0,
    inclusion: 1,
  };
}

function keptImage({ view, jpeg, visionTokens }: PreparedImage) {
  return { view, jpeg, visionTokens };
}
