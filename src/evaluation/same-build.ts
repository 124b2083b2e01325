import type { ArmPair } from "./arms.ts";

/** What a backend's server tells of itself, as far as it stands for the build; compared, never shown. */
export interface BuildFacts {
  model: string;
  quantization: string;
  /** Without what differs between two processes of one build, such as their start; null before the first handshake. */
  server: string | null;
}

/** What is known of a backend; null where there is none of this id. */
export type DescribeBuild = (backendId: string) => BuildFacts | null;

/**
 * Why both arms are one build, as a phrase; none where they may differ. A build cannot be told from itself, so that it would
 * sooner or later be found "not inferior": no verdict about quality may come of it.
 */
export function findSameBuild({ baseline, candidate }: ArmPair, describe: DescribeBuild): string[] {
  if (baseline.model === candidate.model && baseline.fingerprint === candidate.fingerprint) {
    return ["both arms are the same build: the same model with the same fingerprint"];
  }
  const one = describe(baseline.backend);
  const other = describe(candidate.backend);
  const isSame =
    one !== null &&
    other !== null &&
    one.server !== null &&
    one.server === other.server &&
    one.model === other.model &&
    one.quantization === other.quantization;
  return isSame ? ["both arms are the same build: their servers tell the same model, version and quantization"] : [];
}
