import type { Clock } from "../kernel/index.ts";

/** Times in which backends are left alone because they said that they are busy. */
export interface Rests {
  isResting(backend: string): boolean;
  /** It turned a call away, and may have said for how long. */
  busy(backend: string, retryAfterMs: number): void;
  /** It could not be asked at all just now. */
  away(backend: string): void;
  answered(backend: string): void;
}

const firstMs = 250;
const longestMs = 60_000;

/** Each refusal in a row doubles the rest; what the backend asks for is the least. */
export function createRests(clock: Clock): Rests {
  const until = new Map<string, number>();
  const inRow = new Map<string, number>();

  function rest(backend: string, ms: number): void {
    until.set(backend, Math.max(until.get(backend) ?? -Infinity, clock.now() + Math.min(ms, longestMs)));
  }

  return {
    isResting: (backend) => clock.now() < (until.get(backend) ?? -Infinity),
    busy(backend, retryAfterMs) {
      // Several calls that were under way together are one refusal.
      if (clock.now() >= (until.get(backend) ?? -Infinity)) inRow.set(backend, (inRow.get(backend) ?? 0) + 1);
      rest(backend, Math.max(retryAfterMs, firstMs * 2 ** Math.min((inRow.get(backend) ?? 1) - 1, 10)));
    },
    away: (backend) => rest(backend, firstMs),
    answered(backend) {
      inRow.delete(backend);
    },
  };
}
