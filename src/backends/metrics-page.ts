/** What is read from a vLLM server's /metrics, and under which names: today's first, then those of older releases. */
const namesOf = {
  running: ["vllm:num_requests_running"],
  waiting: ["vllm:num_requests_waiting"],
  kvUsage: ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"],
} as const;

export type LoadMetric = keyof typeof namesOf;

export const loadMetrics = Object.keys(namesOf) as readonly LoadMetric[];

/** A figure that the page does not have is null, never 0. */
export type MetricsPage = Record<LoadMetric, number | null> & {
  /** When the server's process began, in seconds since the epoch. */
  processStart: number | null;
};

/** A name, its labels, a value; a timestamp may follow. Label values hold no line ends. */
const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const modelLabel = /(?:^|,)\s*model_name="((?:[^"\\]|\\.)*)"/;

/**
 * Reads Prometheus' text format as far as it is needed: the samples of this model, summed over its engines. Lines that
 * cannot be read are passed over. Some exporters put `_total` behind a name, and some do not.
 */
export function readMetricsPage(text: string, model: string): MetricsPage {
  const sums = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (!line.startsWith("vllm:") && !line.startsWith("process_start_time_seconds")) continue;
    const [, name = "", labels = "", value = ""] = sample.exec(line.trim()) ?? [];
    const figure = Number(value);
    if (name === "" || !Number.isFinite(figure) || figure < 0) continue;
    const labelled = modelLabel.exec(labels)?.[1];
    if (labelled !== undefined && labelled !== model) continue;
    const plain = name.replace(/_total$/, "");
    sums.set(plain, (sums.get(plain) ?? 0) + figure);
  }
  const find = (names: readonly string[]): number | null =>
    names.map((name) => sums.get(name)).find((sum) => sum !== undefined) ?? null;
  return {
    running: find(namesOf.running),
    waiting: find(namesOf.waiting),
    kvUsage: find(namesOf.kvUsage),
    processStart: find(["process_start_time_seconds"]),
  };
}
