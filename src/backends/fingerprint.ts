import { stableHash } from "../kernel/index.ts";
import type { ServerFacts } from "./handshake.ts";

/**
 * Stands for the build behind a backend, for vLLM tells no hash of its checkpoint: any change of release, weights,
 * context length or process may be another build. No digest of an answer's logprobs is part of it: they differ with
 * whatever else is in the batch, and a fingerprint that changes by chance would begin a new comparison each time.
 */
export function fingerprintOf(facts: ServerFacts): string {
  const { version, root, maxModelLen, systemFingerprint, processStart } = facts;
  return stableHash({ version, root, maxModelLen, systemFingerprint, processStart }).slice(0, 16);
}
