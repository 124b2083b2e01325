import { sha256 } from "../kernel/index.ts";

/** Another salt draws another sample; it is fixed, so that a garment is in or out for good. */
const salt = "garment-gateway/mirror/1";

/**
 * Whether a content belongs to a sample of this rate, by its hash alone: never by what an arm made of it. A larger rate
 * only adds to a smaller one's sample.
 */
export function isSampled(content: string, rate: number): boolean {
  return rate > 0 && fractionOf(content) < rate;
}

/** Uniform in [0, 1) over contents. */
function fractionOf(content: string): number {
  return Number.parseInt(sha256(`${salt}\n${content}`).slice(0, 12), 16) / 2 ** 48;
}

/** Whether a content is mirrored, and with which probability it would have been: labelled ones always are. */
export function planMirror(
  content: string,
  isLabelled: boolean,
  rate: number,
): { isMirrored: boolean; inclusion: number } {
  if (isLabelled) return { isMirrored: true, inclusion: 1 };
  return { isMirrored: isSampled(content, rate), inclusion: rate };
}
