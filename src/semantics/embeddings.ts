import { ServerAnswerError } from "./server.ts";
import type { Post, SemanticsServer } from "./server.ts";

/** A unit vector; each of its numbers is finite. */
export type Embedding = Float32Array;

/**
 * Asks for the embeddings of some texts, in their order; null for a text whose answer is no vector. TEI: `POST /embed`
 * (https://huggingface.github.io/text-embeddings-inference); OpenAI form: `POST /v1/embeddings`.
 */
export function createEmbed({ api, model }: Pick<SemanticsServer, "api" | "model">, post: Post) {
  return async (texts: readonly string[], signal: AbortSignal): Promise<(Embedding | null)[]> => {
    const vectors =
      api === "tei"
        ? await post("/embed", { inputs: texts, normalize: true, truncate: true }, signal)
        : inOrder(await post("/v1/embeddings", { model, input: texts, encoding_format: "float" }, signal), "embedding");
    if (!Array.isArray(vectors) || vectors.length !== texts.length)
      throw new ServerAnswerError("not one vector a text");
    return vectors.map(toUnit);
  };
}

/** Cosine of two unit vectors, -1..1; null where it is none. */
export function cosine(a: Embedding, b: Embedding): number | null {
  if (a.length !== b.length) return null;
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] as number) * (b[at] as number);
  return Number.isFinite(sum) ? Math.min(1, Math.max(-1, sum)) : null;
}

/** Members of an OpenAI-shaped list by their `index`, which a server may give in any order. */
export function inOrder(answer: unknown, member: string): unknown[] {
  const data = (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw new ServerAnswerError("no data");
  const ordered = [...(data as { index?: number }[])].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
  return ordered.map((entry) => (entry as Record<string, unknown>)[member]);
}

/** In doubles to the end: what is finite as a double may be none as a Float32, and its square none at all. */
function toUnit(vector: unknown): Embedding | null {
  if (!Array.isArray(vector) || vector.length === 0 || !vector.every(Number.isFinite)) return null;
  const numbers = vector as number[];
  const length = Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0));
  if (!(length > 0) || !Number.isFinite(length)) return null;
  return Float32Array.from(numbers, (number) => number / length);
}
