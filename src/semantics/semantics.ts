import type { Clock } from "../kernel/index.ts";
import { createAsker } from "./asker.ts";
import type { Ask, AskOutcome } from "./asker.ts";
import { createClassify } from "./contradictions.ts";
import type { SentencePair } from "./contradictions.ts";
import { cosine, createEmbed } from "./embeddings.ts";
import type { Embedding } from "./embeddings.ts";
import { connect } from "./server.ts";
import type { SemanticsServer } from "./server.ts";

export type { AskOutcome as SemanticsOutcome } from "./asker.ts";

/** The servers to ask; null: none. */
export interface SemanticsServers {
  sbert: SemanticsServer | null;
  /** `contradictionClass`: which class number means contradiction, where the server gives numbers instead of names. */
  nli: (SemanticsServer & { contradictionClass: number }) | null;
}

interface SemanticsDeps {
  clock: Clock;
  observe: (provider: "sbert" | "nli", outcome: AskOutcome) => void;
}

export interface Semantics {
  /** False where no server is named: `compare` then answers nulls. */
  readonly isConfigured: boolean;
  /**
   * Cosine of the two texts, and the largest probability of a contradiction over the differing sentences (0 where there
   * are none). Null where no server is named or it does not answer in time; never rejects.
   */
  compare(texts: {
    reference: string;
    hypothesis: string;
    differing: readonly SentencePair[];
  }): Promise<{ sbert: number | null; hallucination: number | null }>;
  close(): Promise<void>;
}

/** Texts whose embeddings are kept: 20,000 of 768 numbers are 60 MB. */
const keptEmbeddings = 20_000;
const keptPairs = 50_000;

/** Opens the servers that are named; nothing is asked before the first comparison. */
export function createSemantics({ sbert, nli }: SemanticsServers, { clock, observe }: SemanticsDeps): Semantics {
  const pools: { destroy(): Promise<void> }[] = [];

  function openEmbeddings(server: SemanticsServer): Ask<string, Embedding> {
    const { post, pool } = connect(server);
    pools.push(pool);
    return createAsker({
      server,
      clock,
      keyOf: (text: string) => text,
      askBatch: createEmbed(server, post),
      cacheEntries: keptEmbeddings,
      observe: (outcome) => observe("sbert", outcome),
    });
  }

  function openContradictions(server: NonNullable<SemanticsServers["nli"]>): Ask<SentencePair, number> {
    const { post, pool } = connect(server);
    pools.push(pool);
    return createAsker({
      server,
      clock,
      keyOf: ({ premise, hypothesis }: SentencePair) => `${premise}\n${hypothesis}`,
      askBatch: createClassify(server, server.contradictionClass, post),
      cacheEntries: keptPairs,
      observe: (outcome) => observe("nli", outcome),
    });
  }

  const embed = sbert === null ? null : openEmbeddings(sbert);
  const classify = nli === null ? null : openContradictions(nli);

  async function similarity(reference: string, hypothesis: string): Promise<number | null> {
    // Servers refuse empty texts, and nothing is similar to nothing.
    if (embed === null || reference === "" || hypothesis === "") return null;
    const [a, b] = await Promise.all([embed(reference), embed(hypothesis)]);
    return a === null || b === null ? null : cosine(a, b);
  }

  async function largestContradiction(pairs: readonly SentencePair[]): Promise<number | null> {
    if (classify === null) return null;
    const found = await Promise.all(pairs.map((pair) => classify(pair)));
    return found.reduce<number | null>(
      (largest, one) => (largest === null || one === null ? null : Math.max(largest, one)),
      0,
    );
  }

  return {
    isConfigured: embed !== null || classify !== null,
    async compare({ reference, hypothesis, differing }) {
      const [similar, hallucination] = await Promise.all([
        similarity(reference, hypothesis),
        largestContradiction(differing),
      ]);
      return { sbert: similar, hallucination };
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}
