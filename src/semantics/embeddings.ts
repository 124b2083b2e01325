import { ServerAnswerError } from "./server.ts";
import type { Post, SemanticsServer } from "./server.ts";

/** A unit vector. */
export type Embedding = Float32Array;

/**
 * Asks for the embeddings of some texts, in their order. TEI: `POST /embed`
 * (https://huggingface.github.io/text-embeddings-inference); OpenAI form: `POST /v1/embeddings`.
 */
export function createEmbed({ api, model }: Pick<SemanticsServer, "api" | "model">, post: Post) {
  return async (texts: readonly string[], signal: AbortSignal): Promise<Embedding[]> => {
    const vectors =
      api === "tei"
        ? await post("/embed", { inputs: texts, normalize: true, truncate: true }, signal)
        : inOrder(await post("/v1/embeddings", { model, input: texts, encoding_format: "float" }, signal), "embedding");
    if (!Array.isArray(vectors) || vectors.length !== texts.length)
      throw new ServerAnswerError("not one vector a text");
    return vectors.map(toUnit);
  };
}

/** Cosine of two unit vectors, -1..1. */
export function cosine(a: Embedding, b: Embedding): number | null {
  if (a.length !== b.length) return null;
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] as number) * (b[at] as number);
  return Math.min(1, Math.max(-1, sum));
}

/** Members of an OpenAI-shaped list by their `index`, which a server may give in any order. */
export function inOrder(answer: unknown, member: string): unknown[] {
  const data = (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw new ServerAnswerError("no data");
  const ordered = [...(data as { index?: number }[])].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
  return ordered.map((entry) => (entry as Record<string, unknown>)[member]);
}

function toUnit(vector: unknown): Embedding {
  if (!Array.isArray(vector) || vector.length === 0 || !vector.every(Number.isFinite)) {
    throw new ServerAnswerError("no vector of numbers");
  }
  const numbers = Float32Array.from(vector as number[]);
  const length = Math.hypot(...numbers);
  if (!(length > 0)) throw new ServerAnswerError("a vector without length");
  return numbers.map((number) => number / length);
}
