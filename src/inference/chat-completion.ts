import type { Readable } from "node:stream";
import type { Backend, BackendFailure, Fleet, Place } from "../backends/index.ts";
import type { Family } from "../families/index.ts";
import type { Images } from "../image/index.ts";
import type { Clock, Deadline, Random, Priority } from "../kernel/index.ts";
import { tierNames } from "../../schemas/index.ts";
import type { Config } from "../../schemas/index.ts";
import type { Instruments } from "../telemetry/index.ts";
import { tryBackends } from "./attempts.ts";
import type { AttemptsContext, Retries } from "./attempts.ts";
import { fillChatBody } from "./chat-body.ts";
import { createChoose } from "./choose.ts";
import type { Target } from "./garment.ts";
import { createPrepare } from "./prepare.ts";
import { refusalOf } from "./refusals.ts";
import { relay } from "./relay.ts";
import { createStopwatch } from "./stopwatch.ts";
import type { Timings } from "./stopwatch.ts";
import { estimateWork } from "./work.ts";

/** An image of a chat's messages. */
export interface ChatImage {
  bytes: Buffer;
  /** The text that the bytes were decoded from, where strict decoders take it too. */
  base64: string | null;
}

/** A chat completion as its caller sends it. */
export interface ChatRequest {
  /** A model id, a backend id, or `tier:` and a tier. */
  model: string;
  isStream: boolean;
  priority: Priority;
  /** The body's JSON without `model`, cut where the images' base64 belongs: one more text than images. */
  texts: readonly string[];
  images: readonly ChatImage[];
  /** The most tokens that it asks for; null where it does not say. */
  maxTokens: number | null;
}

export interface ChatCompletion {
  backend: string;
  /** As the backend writes it: JSON, or server-sent events as they come. The stream fails where the backend fails. */
  body: Buffer | Readable;
  attempts: number;
  /** Of all images together, without start and end markers. */
  visionTokens: number;
  /** Of a stream: up to its first event. */
  timings: Readonly<Timings>;
}

export type CompleteChat = (request: ChatRequest, deadline: Deadline) => Promise<ChatCompletion>;

interface ChatCompletionParts {
  /** Read anew for each request: it may be reloaded. */
  config: () => Pick<Config, "image" | "routing">;
  images: Images;
  fleet: Fleet;
  instruments: Instruments;
  clock: Clock;
  random: Random;
  retries: Retries;
  /** Share of its vision token budget that a new request keeps: 1, or less under pressure. */
  budgetFactor: () => number;
}

/** An answer of unknown length, for comparing calls: vLLM's own limit is the end of the context. */
const assumedMaxTokens = 1024;

/**
 * Creates the way of a chat completion: its images are checked and prepared as a garment's photos are, everything else goes
 * to the backend and comes back as it is. No backend's answer is read, so none is asked for again or repaired.
 */
export function createChatCompletion(parts: ChatCompletionParts): CompleteChat {
  const { images, fleet, instruments, clock } = parts;

  return async function complete(request, deadline) {
    const { image, routing } = parts.config();
    const { max_vision_tokens_per_request: maxVisionTokens, vision_tokens: budgets } = image;
    const target = targetOfModel(request.model);
    /** As many images as fit into a request's tokens even at a family's smallest size. */
    const maxImagesOf = (family: Family): number => {
      const smallest = family.plan({ width: 1, height: 1 }, 1).visionTokens;
      return Math.min(family.maxImages, Math.max(1, Math.floor(maxVisionTokens / smallest)));
    };
    const choose = createChoose({
      fleet,
      policy: routing.policy,
      random: parts.random,
      target,
      imageCount: request.images.length,
      maxImagesOf,
    });
    choose({ visionTokens: 0, textTokens: 0 }); // Too many images are refused before the first is looked at.
    parts.retries.recordRequest();

    const stopwatch = createStopwatch(clock);
    const uploads = await stopwatch.time("image", () =>
      Promise.all(request.images.map(({ bytes }) => images.inspect(bytes, "image", deadline.signal))),
    );
    const { signal } = deadline;
    const prepare = createPrepare({
      images,
      uploads,
      asked: undefined,
      budgets,
      maxPerRequest: maxVisionTokens,
      factor: parts.budgetFactor(),
      signal,
    });
    let attempts = 0;

    const characters = request.texts.reduce((sum, text) => sum + text.length, 0);
    const maxTokens = request.maxTokens ?? assumedMaxTokens;

    async function prepareFor(backend: Backend) {
      const { images: prepared } = await stopwatch.time("image", () => prepare(backend));
      return { prepared, work: estimateWork({ images: prepared, characters, maxTokens }) };
    }

    async function send(place: Place): Promise<ChatCompletion> {
      const { backend } = place;
      const { prepared, work } = await prepareFor(backend);
      const body = fillChatBody({ ...request, model: backend.config.model, prepared });
      attempts += 1;
      const forwarded = await stopwatch.time("backend", () =>
        place.forward(
          { body, isStream: request.isStream, work },
          { signal, attemptTimeoutMs: routing.attempt_timeout_ms },
        ),
      );
      return {
        backend: backend.id,
        body: forwarded.body ?? relay(forwarded.stream, signal),
        attempts,
        visionTokens: work.visionTokens,
        timings: { ...stopwatch.timings },
      };
    }

    const context: AttemptsContext = {
      fleet,
      choose,
      deadline,
      priority: request.priority,
      retries: parts.retries,
      maxAttempts: routing.max_attempts,
      instruments,
      stopwatch,
      clock,
    };
    const attempt = { prepare: async (backend: Backend) => (await prepareFor(backend)).work, send };
    // Which names a server knows is between it and us; all else of the request is the caller's own.
    const isOwnRefusal = ({ refusal }: BackendFailure): boolean => refusal === "model_unknown";
    return tryBackends(attempt, context, { isOwnRefusal, onRefusal: refusalOf });
  };
}

const tierPrefix = "tier:";

function targetOfModel(model: string): Target {
  const tier = tierNames.find((name) => model === tierPrefix + name);
  return tier === undefined ? { tier: null, model } : { tier, model: null };
}
