import { createLinkedQueue } from "../kernel/index.ts";
import type { LinkedQueue } from "../kernel/index.ts";
import type { Job } from "./job.ts";

/** The mirrored calls that wait in memory: those taken back go before new ones. */
export interface Waiting {
  push(job: Job): void;
  /** Puts a job back in front. */
  putBack(job: Job): void;
  take(backend: string): Job | undefined;
  countFor(backend: string): number;
  readonly size: number;
  /** Takes everything out, or what is for none of these backends. */
  drain(but?: readonly string[]): Job[];
}

interface Line {
  back: Job[];
  fresh: LinkedQueue<Job>;
}

export function createWaiting(): Waiting {
  const lines = new Map<string, Line>();
  let size = 0;

  function lineOf(backend: string): Line {
    const known = lines.get(backend);
    if (known !== undefined) return known;
    const line: Line = { back: [], fresh: createLinkedQueue<Job>() };
    lines.set(backend, line);
    return line;
  }

  function take(backend: string): Job | undefined {
    const line = lines.get(backend);
    const job = line?.back.pop() ?? line?.fresh.shift();
    if (job !== undefined) size -= 1;
    return job;
  }

  return {
    push(job) {
      lineOf(job.backend).fresh.push(job);
      size += 1;
    },
    putBack(job) {
      lineOf(job.backend).back.push(job);
      size += 1;
    },
    take,
    countFor(backend) {
      const line = lines.get(backend);
      return line === undefined ? 0 : line.back.length + line.fresh.size;
    },
    get size() {
      return size;
    },
    drain(but = []) {
      const all: Job[] = [];
      for (const backend of lines.keys()) {
        if (but.includes(backend)) continue;
        for (let job = take(backend); job !== undefined; job = take(backend)) all.push(job);
      }
      return all;
    },
  };
}
