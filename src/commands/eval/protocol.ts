import { readFileSync } from "node:fs";
import type { Attributes, AttributesAnswer } from "../../../schemas/index.ts";
import type { Sample } from "./samples.ts";

/** Whom to ask. */
export interface Target {
  url: string;
  model: string | null;
  key: string | null;
}

/** What became of one sample. */
export interface Asked {
  sample: Sample;
  /** Null where the request failed. */
  attributes: Attributes | null;
  backend: string | null;
  isSimulated: boolean;
  isRepaired: boolean;
  /** The problem's code, or what went wrong on the way; null where it was answered. */
  failure: string | null;
  latencyMs: number;
}

export interface Run {
  asked: Asked[];
  seconds: number;
  callers: number;
}

interface Options {
  callers: number;
  stop: AbortSignal;
  progress: { isTTY?: boolean; write(text: string): unknown };
}

/** Longer than the longest deadline of a gateway. */
const patienceMs = 130_000;

/**
 * Sends every sample once, `callers` at a time.
 * @throws Error where nothing listens there, or it wants another key
 */
export async function askAll(samples: readonly Sample[], target: Target, options: Options): Promise<Run> {
  const { callers, stop, progress } = options;
  const waiting = [...samples];
  const asked: Asked[] = [];
  const start = performance.now();

  async function call(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined && !stop.aborted; next = waiting.shift()) {
      asked.push(await ask(next, target, stop));
      show(asked.length);
    }
  }

  function show(done: number): void {
    const text = `${done} of ${samples.length}  ${(done / ((performance.now() - start) / 1000)).toFixed(1)}/s`;
    if (progress.isTTY === true) progress.write(`\r\u{1b}[2K${text}${done === samples.length ? "\n" : ""}`);
    else if (done === samples.length || done % 100 === 0) progress.write(`${text}\n`);
  }

  await Promise.all(Array.from({ length: Math.min(callers, samples.length) }, call));
  return { asked, seconds: (performance.now() - start) / 1000, callers };
}

async function ask(sample: Sample, { url, model, key }: Target, stop: AbortSignal): Promise<Asked> {
  const query = model === null ? "" : `?model=${encodeURIComponent(model)}`;
  const start = performance.now();
  const failed = (failure: string): Asked => ({
    sample,
    attributes: null,
    backend: null,
    isSimulated: false,
    isRepaired: false,
    failure,
    latencyMs: performance.now() - start,
  });
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${url}/v1/attributes${query}`, {
      method: "POST",
      headers: {
        "content-type": "image/*",
        "cache-control": "no-store",
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
      body: readFileSync(sample.path),
      signal: AbortSignal.any([stop, AbortSignal.timeout(patienceMs)]),
    });
    body = await response.json();
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    if (code === "ECONNREFUSED")
      throw new Error(`Nothing listens at ${url}. Start the gateway, or set --gateway.`, { cause: error });
    return failed(stop.aborted ? "stopped" : (code ?? (error as Error).name));
  }
  if (!response.ok) {
    const { code = String(response.status), detail = "" } = body as { code?: string; detail?: string };
    if (["unauthorized", "forbidden", "not_found"].includes(code)) throw new Error(`${url} refuses: ${detail}`);
    return failed(code);
  }
  const answer = body as AttributesAnswer;
  return {
    sample,
    attributes: answer.attributes,
    backend: answer.backend,
    isSimulated: answer.simulated,
    isRepaired: answer.repaired,
    failure: null,
    latencyMs: performance.now() - start,
  };
}
