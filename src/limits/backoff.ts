import type { Random } from "../kernel/index.ts";

const firstMs = 50;
const longestMs = 1000;

/**
 * Milliseconds to wait before the retry with this number (from 1): anywhere between nothing and a bound that doubles, so
 * that what failed together does not come back together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "full jitter").
 */
export function backoffMs(attempt: number, random: Random): number {
  const doublings = Math.min(16, Math.max(0, attempt - 1));
  return random() * Math.min(longestMs, firstMs * 2 ** doublings);
}
