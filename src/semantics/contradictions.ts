import { inOrder } from "./embeddings.ts";
import { ServerAnswerError } from "./server.ts";
import type { Post, SemanticsServer } from "./server.ts";

export interface SentencePair {
  premise: string;
  hypothesis: string;
}

/**
 * Asks how probably each hypothesis contradicts its premise, in their order; null where the answer is no probability. TEI: `POST /predict` with pairs, classes by
 * name (`LABEL_2` where the model has none). vLLM: `POST /classify`, which takes one text each and answers probabilities
 * by class number; the pair is joined by the separator that BERT-like tokenizers know.
 */
export function createClassify(
  { api, model }: Pick<SemanticsServer, "api" | "model">,
  contradictionClass: number,
  post: Post,
) {
  return async (pairs: readonly SentencePair[], signal: AbortSignal): Promise<(number | null)[]> => {
    const found =
      api === "tei"
        ? await askTei(pairs, signal)
        : inOrder(
            await post(
              "/classify",
              { model, input: pairs.map((pair) => `${pair.premise} [SEP] ${pair.hypothesis}`) },
              signal,
            ),
            "probs",
          ).map((probabilities) => (probabilities as unknown[] | undefined)?.[contradictionClass]);
    if (found.length !== pairs.length) throw new ServerAnswerError("not one answer a pair");
    return found.map(toProbability);
  };

  async function askTei(pairs: readonly SentencePair[], signal: AbortSignal): Promise<unknown[]> {
    const inputs = pairs.map(({ premise, hypothesis }) => [premise, hypothesis]);
    const answer = await post("/predict", { inputs, truncate: true, raw_scores: false }, signal);
    if (!Array.isArray(answer)) throw new ServerAnswerError("no list of answers");
    return answer.map((classes) => {
      const named = Array.isArray(classes) ? (classes as { label?: unknown; score?: unknown }[]) : [];
      return named.find(({ label }) => isContradiction(String(label)))?.score;
    });
  }

  function isContradiction(label: string): boolean {
    return /^contradict/i.test(label) || label === `LABEL_${contradictionClass}`;
  }
}

function toProbability(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value <= 1 ? value : null;
}
