/**
 * How near two texts are in meaning (SBERT) and whether one contradicts the other (NLI), from servers that are named:
 * text-embeddings-inference or an OpenAI-compatible one such as vLLM.
 * Knows no field, no weight and no score. Whatever happens to a server is a null here, never an error and never a wait
 * beyond its timeout.
 */
export { createSemantics } from "./semantics.ts";
export type { Semantics, SemanticsOutcome, SemanticsServers } from "./semantics.ts";
export type { SemanticsServer } from "./server.ts";
