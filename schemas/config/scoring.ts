import { Type } from "typebox";
import type { Static } from "typebox";
import { integer, oneOf, perField, secretReference, section } from "./parts.ts";

const text = (description: string) => Type.String({ minLength: 1, maxLength: 80, description });

/** Aliases are looked up, so that many cost nothing; more than this is a file that got lost. */
const maxAliases = 2000;

const server = {
  url: Type.String({
    pattern: "^https?://[^/?#\\s@]+/?$",
    description: "root of the server, such as http://10.0.0.9:8080, without path or password",
  }),
  api: oneOf(["tei", "openai"], "text-embeddings-inference, or the OpenAI form that vLLM speaks"),
  model: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "its model name, which the OpenAI form sends along" }),
  ),
  api_key: Type.Optional(secretReference("its API key, as env:NAME or file:PATH")),
  timeout_ms: Type.Optional(integer(10, 60000, "the longest that a score waits for it (default 2000)")),
  max_concurrency: Type.Optional(integer(1, 256, "requests at once (default 4)")),
  max_batch: Type.Optional(integer(1, 1024, "texts in one request (default 32)")),
};

export const EvaluationSchema = section(
  {
    aliases: perField(
      Type.Record(Type.String(), text("the value that it stands for"), {
        maxProperties: maxAliases,
        description: `at most ${maxAliases} names, each with the value it stands for`,
      }),
      "other names of values, over the shipped vocabulary, such as color: { midnight: navy blue }",
    ),
    semantics: section(
      {
        sbert: Type.Optional(section(server, "server of sentence embeddings, such as all-mpnet-base-v2")),
        nli: Type.Optional(
          section(
            {
              ...server,
              contradiction_class: Type.Optional(
                integer(0, 99, "number of the class that means contradiction, where classes have no names (default 2)"),
              ),
            },
            "server of natural language inference, such as DeBERTa-v3-base-mnli",
          ),
        ),
      },
      "servers that compare by meaning; without them the composite is partial",
    ),
  },
  "how predictions are held against labels",
);

type ServerEntry = Static<ReturnType<typeof Type.Object<typeof server>>>;

/** A server of embeddings or inference with its defaults filled in and its secret resolved. */
export interface SemanticsServerConfig extends Required<Omit<ServerEntry, "api_key">> {
  /** The key itself. Never printed. */
  api_key: string | null;
}

export interface EvaluationConfig {
  aliases: Partial<Record<string, Readonly<Record<string, string>>>>;
  semantics: {
    sbert: SemanticsServerConfig | null;
    nli: (SemanticsServerConfig & { contradiction_class: number }) | null;
  };
}
