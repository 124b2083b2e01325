import type { Clock } from "../kernel/index.ts";

/** What mirrored calls have cost since the hour began. */
export interface HourlyCaps {
  readonly isReached: boolean;
  readonly requests: number;
  readonly tokens: number;
  begin(): void;
  spend(tokens: number): void;
}

const hourMs = 3_600_000;

/** Counts by the hours of the wall clock; a restart begins with nothing spent. */
export function createHourlyCaps(clock: Clock, limits: () => { requests: number; tokens: number }): HourlyCaps {
  let hour = -1;
  let requests = 0;
  let tokens = 0;

  function turn(): void {
    const now = Math.floor(clock.wall() / hourMs);
    if (now === hour) return;
    hour = now;
    requests = 0;
    tokens = 0;
  }

  return {
    get isReached() {
      turn();
      const most = limits();
      return requests >= most.requests || tokens >= most.tokens;
    },
    get requests() {
      turn();
      return requests;
    },
    get tokens() {
      turn();
      return tokens;
    },
    begin() {
      turn();
      requests += 1;
    },
    spend(more) {
      turn();
      tokens += more;
    },
  };
}
