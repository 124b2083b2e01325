import type { Client, SendOptions } from "./client.ts";
import type { Sample } from "./sample.ts";

/** A crowd of callers, each of which sends the next request when it has its answer. */
export interface ClosedLoop {
  /** What has ended so far. */
  readonly samples: readonly Sample[];
  /** No further requests; resolves when the last has ended. */
  stop(): Promise<void>;
}

/** A caller that was refused waits this long, or a refusal would turn it into a flood. */
const pauseMs = 100;

/** Starts `concurrency` callers; `next` says how each request is sent. */
export function startClosedLoop(client: Client, concurrency: number, next: () => SendOptions): ClosedLoop {
  const samples: Sample[] = [];
  const stopping = new AbortController();

  async function call(): Promise<void> {
    while (!stopping.signal.aborted) {
      const sample = await client.send(next());
      samples.push(sample);
      if (sample.outcome !== "answered") await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  const callers = Array.from({ length: concurrency }, call);
  return {
    samples,
    async stop() {
      stopping.abort();
      await Promise.all(callers);
    },
  };
}
