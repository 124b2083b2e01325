import { createMeter } from "../../telemetry/index.ts";
import type { Engine } from "./engine.ts";
import type { Timings } from "./sequence.ts";

/** How a request ended, as vllm:request_success_total labels it. */
type FinishedReason = "stop" | "length" | "abort" | "error" | "repetition";

/** The Prometheus side of a server, with vLLM's current names (V1, from 0.15 on). */
export interface ServerMetrics {
  finished(reason: FinishedReason, tokens: { prompt: number; generated: number; max: number }, timings: Timings): void;
  aborted(reason: "abort" | "error"): void;
  http(method: string, handler: string, status: number, seconds: number): void;
  expose(engine: Engine, mediaCache: { queries: number; hits: number }): Promise<{ text: string; contentType: string }>;
}

const secondBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];
const tokenTimeBuckets = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const latencyBuckets = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const tokenBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

export function createServerMetrics(modelName: string, blocks: { size: number; count: number }): ServerMetrics {
  const meter = createMeter("vllm:");
  const httpMeter = createMeter("");
  const labels = { model_name: modelName, engine: "0" };
  const names = ["model_name", "engine"] as const;

  const gauge = (name: string, help: string) => meter.gauge(name, help, names);
  const counter = (name: string, help: string) => {
    const instrument = meter.counter(name, help, names);
    instrument.inc(labels, 0);
    return instrument;
  };
  const histogram = (name: string, help: string, buckets: readonly number[]) => {
    const instrument = meter.histogram(name, help, buckets, names);
    instrument.zero(labels);
    return { observe: (value: number) => instrument.observe(labels, Math.max(0, value)) };
  };

  const running = gauge("num_requests_running", "Number of requests in model execution batches.");
  const waiting = gauge("num_requests_waiting", "Number of requests waiting to be processed.");
  const waitingByReason = meter.gauge("num_requests_waiting_by_reason", "Waiting requests by reason.", [
    ...names,
    "reason",
  ]);
  const kvUsage = gauge("kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.");
  const cacheConfig = meter.gauge("cache_config_info", "Information of the LLMEngine CacheConfig.", [
    ...names,
    "block_size",
    "num_gpu_blocks",
    "enable_prefix_caching",
  ]);
  cacheConfig.set(
    { ...labels, block_size: String(blocks.size), num_gpu_blocks: String(blocks.count), enable_prefix_caching: "True" },
    1,
  );
  const prefixQueries = counter("prefix_cache_queries_total", "Prefix cache queries, in tokens.");
  const prefixHits = counter("prefix_cache_hits_total", "Prefix cache hits, in tokens.");
  const mediaQueries = counter("mm_cache_queries_total", "Multi-modal cache queries, in items.");
  const mediaHits = counter("mm_cache_hits_total", "Multi-modal cache hits, in items.");
  const preemptions = counter("num_preemptions_total", "Cumulative number of preemptions.");
  const promptTokens = counter("prompt_tokens_total", "Number of prefill tokens processed.");
  const promptTokensCached = counter("prompt_tokens_cached_total", "Number of prompt tokens from caches.");
  const promptTokensBySource = meter.counter("prompt_tokens_by_source_total", "Prompt tokens by source.", [
    ...names,
    "source",
  ]);
  for (const source of ["local_compute", "local_cache_hit", "external_kv_transfer"])
    promptTokensBySource.inc({ ...labels, source }, 0);
  const generationTokens = counter("generation_tokens_total", "Number of generation tokens processed.");
  const success = meter.counter("request_success_total", "Count of processed requests.", [...names, "finished_reason"]);
  for (const finished_reason of ["stop", "length", "abort", "error", "repetition"])
    success.inc({ ...labels, finished_reason }, 0);

  const timeToFirstToken = histogram("time_to_first_token_seconds", "Time to first token.", secondBuckets);
  const interToken = histogram("inter_token_latency_seconds", "Inter-token latency.", tokenTimeBuckets);
  const perOutputToken = histogram(
    "request_time_per_output_token_seconds",
    "Time per output token of a request.",
    tokenTimeBuckets,
  );
  const endToEnd = histogram("e2e_request_latency_seconds", "End to end request latency.", latencyBuckets);
  const queueTime = histogram("request_queue_time_seconds", "Time spent in WAITING phase.", latencyBuckets);
  const inference = histogram("request_inference_time_seconds", "Time spent in RUNNING phase.", latencyBuckets);
  const prefill = histogram("request_prefill_time_seconds", "Time spent in PREFILL phase.", latencyBuckets);
  const decode = histogram("request_decode_time_seconds", "Time spent in DECODE phase.", latencyBuckets);
  const requestPrompt = histogram("request_prompt_tokens", "Number of prefill tokens processed.", tokenBuckets);
  const requestGeneration = histogram(
    "request_generation_tokens",
    "Number of generation tokens processed.",
    tokenBuckets,
  );
  const requestMax = histogram("request_params_max_tokens", "The max_tokens request parameter.", tokenBuckets);

  const httpRequests = httpMeter.counter("http_requests_total", "Total number of requests.", [
    "method",
    "status",
    "handler",
  ]);
  const httpDuration = httpMeter.histogram(
    "http_request_duration_seconds",
    "Duration of HTTP requests.",
    [0.1, 0.5, 1],
    ["method", "handler"],
  );

  let seenMediaQueries = 0;
  let seenMediaHits = 0;
  let seenPreemptions = 0;

  return {
    finished(finished_reason, tokens, timings) {
      const { arrivedAt, scheduledAt, firstTokenAt, finishedAt, cachedTokens } = timings;
      success.inc({ ...labels, finished_reason });
      prefixQueries.inc(labels, tokens.prompt);
      prefixHits.inc(labels, cachedTokens);
      promptTokens.inc(labels, tokens.prompt);
      promptTokensCached.inc(labels, cachedTokens);
      promptTokensBySource.inc({ ...labels, source: "local_compute" }, tokens.prompt - cachedTokens);
      promptTokensBySource.inc({ ...labels, source: "local_cache_hit" }, cachedTokens);
      generationTokens.inc(labels, tokens.generated);
      const perToken = (finishedAt - firstTokenAt) / 1000 / Math.max(1, tokens.generated - 1);
      timeToFirstToken.observe((firstTokenAt - arrivedAt) / 1000);
      interToken.observe(perToken);
      perOutputToken.observe(perToken);
      endToEnd.observe((finishedAt - arrivedAt) / 1000);
      queueTime.observe((scheduledAt - arrivedAt) / 1000);
      inference.observe((finishedAt - scheduledAt) / 1000);
      prefill.observe((firstTokenAt - scheduledAt) / 1000);
      decode.observe((finishedAt - firstTokenAt) / 1000);
      requestPrompt.observe(tokens.prompt);
      requestGeneration.observe(tokens.generated);
      requestMax.observe(tokens.max);
    },
    aborted: (finished_reason) => success.inc({ ...labels, finished_reason }),
    http(method, handler, status, seconds) {
      httpRequests.inc({ method, handler, status: `${Math.floor(status / 100)}xx` });
      httpDuration.observe({ method, handler }, seconds);
    },
    async expose(engine, mediaCache) {
      running.set(labels, engine.running);
      waiting.set(labels, engine.waiting);
      waitingByReason.set({ ...labels, reason: "capacity" }, engine.waiting);
      waitingByReason.set({ ...labels, reason: "deferred" }, 0);
      kvUsage.set(labels, engine.kvUsage);
      preemptions.inc(labels, engine.preemptions - seenPreemptions);
      mediaQueries.inc(labels, mediaCache.queries - seenMediaQueries);
      mediaHits.inc(labels, mediaCache.hits - seenMediaHits);
      seenPreemptions = engine.preemptions;
      seenMediaQueries = mediaCache.queries;
      seenMediaHits = mediaCache.hits;
      const [own, http] = await Promise.all([meter.expose(), httpMeter.expose()]);
      return { text: `${own.text}\n${http.text}`, contentType: own.contentType };
    },
  };
}
