import { loadMetricDefinitions } from "../config/index.ts";
import { errorCatalogue, maxScoredText } from "../schemas/index.ts";
import type { Config, SemanticsServerConfig } from "../schemas/index.ts";
import { createCanonicaliser } from "./attributes/index.ts";
import type { Canonicaliser } from "./attributes/index.ts";
import { defineError } from "./kernel/index.ts";
import type { Clock } from "./kernel/index.ts";
import { createScorer, readLabels } from "./scoring/index.ts";
import type { Labels, RecordScore, Reward, Scorer, TextPairScore } from "./scoring/index.ts";
import { createSemantics } from "./semantics/index.ts";
import type { Semantics, SemanticsServer } from "./semantics/index.ts";
import type { Instruments } from "./telemetry/index.ts";

/** A prediction held against its labels, or a plain text against another. */
export type Score = { form: "record"; score: RecordScore } | { form: "text"; score: TextPairScore };

/** Scoring as the whole gateway uses it: one vocabulary, one set of definitions, one line to SBERT and NLI. */
export interface Scoring {
  readonly canonicaliser: Canonicaliser;
  readonly scorer: Scorer;
  readonly semantics: Semantics;
  /**
   * Every metric of one pair, what SBERT and NLI say included.
   * @throws GatewayError request_invalid
   */
  score(pair: { prediction: unknown; reference: unknown }): Promise<Score>;
  /**
   * The reward of each completion by the reference at the same place.
   * @throws GatewayError request_invalid
   */
  reward(batch: { completions: readonly unknown[]; references: readonly unknown[] }): Reward[];
  close(): Promise<void>;
}

interface ScoringDeps {
  evaluation: Config["evaluation"];
  clock: Clock;
  instruments: Instruments;
}

const requestInvalid = defineError(errorCatalogue.request_invalid);

/** Opens what scores: the vocabulary with the owner's aliases, the shipped definitions, the servers that are named. */
export function openScoring({ evaluation, clock, instruments }: ScoringDeps): Scoring {
  const canonicaliser = createCanonicaliser(evaluation.aliases);
  const scorer = createScorer({ canonicaliser, definitions: loadMetricDefinitions() });
  const { sbert, nli } = evaluation.semantics;
  const semantics = createSemantics(
    {
      sbert: sbert === null ? null : serverOf(sbert),
      nli: nli === null ? null : { ...serverOf(nli), contradictionClass: nli.contradiction_class },
    },
    { clock, observe: (provider, outcome) => instruments.semanticsRequests.labels({ provider, outcome }).inc() },
  );

  async function scoreTexts(prediction: unknown, reference: string): Promise<Score> {
    const hypothesis = typeof prediction === "string" ? prediction : "";
    const tooLong = Object.entries({ prediction: hypothesis, reference }).filter(
      ([, { length }]) => length > maxScoredText,
    );
    if (tooLong.length > 0 || (prediction !== null && typeof prediction !== "string")) {
      throw requestInvalid("`reference` is no JSON object, so both are compared as plain text.", {
        errors:
          tooLong.length > 0
            ? tooLong.map(([path]) => ({ path, message: `must be at most ${maxScoredText} characters as plain text` }))
            : [{ path: "prediction", message: "must be text where reference is plain text" }],
      });
    }
    const pair = { reference, hypothesis };
    const differing = hypothesis === "" ? [] : [{ premise: reference, hypothesis }];
    const semantic = semantics.isConfigured ? await semantics.compare({ ...pair, differing }) : undefined;
    return { form: "text", score: scorer.scoreTexts(pair, semantic) };
  }

  return {
    canonicaliser,
    scorer,
    semantics,
    async score({ prediction, reference }) {
      if (typeof reference === "string" && !reference.trimStart().startsWith("{")) {
        return scoreTexts(prediction, reference);
      }
      const scoring = scorer.scoreRecord(prediction, labelsAt("reference", reference));
      const semantic = semantics.isConfigured ? await semantics.compare(scoring.texts) : undefined;
      return { form: "record", score: scoring.finish(semantic) };
    },
    reward({ completions, references }) {
      if (completions.length !== references.length) {
        throw requestInvalid("Send one reference for each completion.", {
          errors: [{ path: "references", message: `must hold ${completions.length} items, one for each completion` }],
        });
      }
      return completions.map((completion, at) =>
        scorer.reward(completion, labelsAt(`references.${at}`, references[at])),
      );
    },
    close: () => semantics.close(),
  };
}

function labelsAt(path: string, value: unknown): Labels {
  const read = readLabels(value);
  if ("labels" in read) return read.labels;
  throw requestInvalid("Some labels do not fit; `errors` names each.", {
    errors: read.mistakes.map((mistake) => ({
      path: mistake.path === "" ? path : `${path}.${mistake.path}`,
      message: mistake.message,
    })),
  });
}

function serverOf(config: SemanticsServerConfig): SemanticsServer {
  return {
    url: config.url,
    api: config.api,
    model: config.model,
    apiKey: config.api_key,
    timeoutMs: config.timeout_ms,
    maxConcurrency: config.max_concurrency,
    maxBatch: config.max_batch,
  };
}
