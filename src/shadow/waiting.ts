import { createLinkedQueue } from "../kernel/index.ts";
import type { LinkedQueue } from "../kernel/index.ts";
import { bytesOf } from "./job.ts";
import type { Job } from "./job.ts";

/** The mirrored calls that wait in memory: those taken back go before new ones. */
export interface Waiting {
  push(job: Job): void;
  /** Puts a job back in front. */
  putBack(job: Job): void;
  take(backend: string): Job | undefined;
  countFor(backend: string): number;
  readonly size: number;
  /** Of their images. */
  readonly bytes: number;
  /** Takes out what fits. */
  remove(fits: (job: Job) => boolean): Job[];
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
  let bytes = 0;

  function lineOf(backend: string): Line {
    const known = lines.get(backend);
    if (known !== undefined) return known;
    const line: Line = { back: [], fresh: createLinkedQueue<Job>() };
    lines.set(backend, line);
    return line;
  }

  function count(job: Job, sign: 1 | -1): void {
    size += sign;
    bytes += sign * bytesOf(job);
  }

  function drain(but: readonly string[] = []): Job[] {
    const all: Job[] = [];
    for (const backend of lines.keys()) {
      if (but.includes(backend)) continue;
      for (let job = take(backend); job !== undefined; job = take(backend)) all.push(job);
    }
    return all;
  }

  function push(job: Job): void {
    lineOf(job.backend).fresh.push(job);
    count(job, 1);
  }

  function take(backend: string): Job | undefined {
    const line = lines.get(backend);
    const job = line?.back.pop() ?? line?.fresh.shift();
    if (job !== undefined) count(job, -1);
    return job;
  }

  return {
    push,
    putBack(job) {
      lineOf(job.backend).back.push(job);
      count(job, 1);
    },
    take,
    countFor(backend) {
      const line = lines.get(backend);
      return line === undefined ? 0 : line.back.length + line.fresh.size;
    },
    get size() {
      return size;
    },
    get bytes() {
      return bytes;
    },
    remove(fits) {
      const all = drain();
      for (const job of all) if (!fits(job)) push(job);
      return all.filter(fits);
    },
    drain,
  };
}
