import { sleep } from "../../kernel/index.ts";
import type { Clock } from "../../kernel/index.ts";
import type { FaultDice } from "./control.ts";

const oldNames: [now: string, before: string][] = [
  ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"],
  ["vllm:prefix_cache_queries", "vllm:gpu_prefix_cache_queries"],
  ["vllm:prefix_cache_hits", "vllm:gpu_prefix_cache_hits"],
  ["vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"],
];

/** Faults of /metrics: its text as a scraper gets it. */
export async function playMetricsFaults(
  dice: FaultDice,
  clock: Clock,
  text: string,
  signal: AbortSignal,
): Promise<string> {
  const slow = dice.roll("metrics-slow");
  if (slow !== undefined) await sleep(clock, slow["delay_ms"] ?? 0, signal);
  let result = text;
  if (dice.roll("metrics-old-names") !== undefined)
    for (const [now, before] of oldNames) result = result.replaceAll(now, before);
  const huge = dice.roll("metrics-huge");
  if (huge !== undefined) result += padding((huge["megabytes"] ?? 0) * 1e6);
  if (dice.roll("metrics-malformed") !== undefined)
    result = `<?xml version="1.0"?>\n${result.replaceAll(/ (\d)/g, " NaN$1,").replaceAll("{", "{{")}`;
  return result;
}

function padding(bytes: number): string {
  const line = 'vllm:padding_total{model_name="padding",engine="0",shard="000000000"} 1\n';
  return `# TYPE vllm:padding_total counter\n${line.repeat(Math.ceil(bytes / line.length))}`;
}
