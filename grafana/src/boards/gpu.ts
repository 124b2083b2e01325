import { lines, modelVariable, quantile, rate, stat } from "../board.ts";
import type { Board, Query } from "../board.ts";

const vllm = (metric: string): string => `vllm:${metric}{model_name=~"$model"}`;
const gpu = (metric: string): string => `DCGM_FI_DEV_${metric}{gpu=~"$gpu"}`;
const byModel = (series: string): string => `sum by (model_name) (${series})`;

const phases = ["queue", "prefill", "decode", "inference"];
const meanTime = (phase: string): Query => {
  const [sum, count] = ["sum", "count"].map((part) => `sum(${rate(vllm(`request_${phase}_time_seconds_${part}`))})`);
  return [`${sum} / ${count}`, phase];
};

/** vLLM's engine and the card under it, as vLLM and NVIDIA's DCGM exporter tell. */
export const gpuBoard: Board = {
  name: "gpu",
  title: "Garment gateway / vLLM and GPU",
  about:
    "What the servers and their cards do. Needs Prometheus to scrape vLLM's /metrics and NVIDIA's dcgm-exporter (default counters).",
  variables: [modelVariable, { name: "gpu", label: "GPU", metric: "DCGM_FI_DEV_GPU_UTIL", of: "gpu" }],
  rows: [
    {
      title: "vLLM's engine",
      panels: [
        lines("Running and waiting", "short", "Is there a queue in front of the card?", [
          [byModel(vllm("num_requests_running")), "{{model_name}} running"],
          [byModel(vllm("num_requests_waiting")), "{{model_name}} waiting"],
        ]),
        lines("Waiting by reason", "short", "`capacity`: the card is full. `deferred`: it waits for something else.", [
          [`sum by (model_name, reason) (${vllm("num_requests_waiting_by_reason")})`, "{{model_name}} {{reason}}"],
        ]),
        lines(
          "KV cache",
          "percentunit",
          "At 100 % running requests are thrown out and computed again.",
          [[`max by (model_name) (${vllm("kv_cache_usage_perc")})`, "{{model_name}}"]],
          { max: 1, badFrom: 0.95 },
        ),
        lines(
          "Preemptions",
          "short",
          "Requests thrown out of the KV cache; each is work done twice.",
          [[`sum by (model_name) (increase(${vllm("num_preemptions_total")}[$__rate_interval]))`, "{{model_name}}"]],
          { badFrom: 1 },
        ),
        lines("Tokens a second", "short", "Read, and written.", [
          [byModel(rate(vllm("prompt_tokens_total"))), "{{model_name}} prompt"],
          [byModel(rate(vllm("generation_tokens_total"))), "{{model_name}} generated"],
        ]),
        lines("Prompt tokens by source", "short", "Computed, or found in a cache.", [
          [`sum by (model_name, source) (${rate(vllm("prompt_tokens_by_source_total"))})`, "{{model_name}} {{source}}"],
          [byModel(rate(vllm("prompt_tokens_cached_total"))), "{{model_name}} from caches"],
        ]),
        lines("Time to the first token", "s", "Queue, image stage and prefill together.", [
          [quantile(0.5, vllm("time_to_first_token_seconds_bucket"), "model_name"), "{{model_name}} p50"],
          [quantile(0.95, vllm("time_to_first_token_seconds_bucket"), "model_name"), "{{model_name}} p95"],
        ]),
        lines("Time between tokens", "s", "How fast does it write?", [
          [quantile(0.95, vllm("inter_token_latency_seconds_bucket"), "model_name"), "{{model_name}} p95"],
          [
            quantile(0.95, vllm("request_time_per_output_token_seconds_bucket"), "model_name"),
            "{{model_name}} p95 per request",
          ],
        ]),
        lines("End to end", "s", "vLLM's buckets begin at 0.3 s: finer is the gateway's own histogram.", [
          [quantile(0.5, vllm("e2e_request_latency_seconds_bucket"), "model_name"), "{{model_name}} p50"],
          [quantile(0.95, vllm("e2e_request_latency_seconds_bucket"), "model_name"), "{{model_name}} p95"],
        ]),
        lines("Where the time goes", "s", "Mean of each phase.", phases.map(meanTime)),
        lines(
          "Requests by end",
          "reqps",
          "`length`: cut off. `abort`: the caller left. `repetition`: the model looped.",
          [
            [
              `sum by (model_name, finished_reason) (${rate(vllm("request_success_total"))})`,
              "{{model_name}} {{finished_reason}}",
            ],
          ],
          { isStacked: true },
        ),
        lines("HTTP answers of the servers", "reqps", "What do the servers answer, and to what?", [
          [`sum by (handler, status) (${rate('http_requests_total{handler!=""}')})`, "{{handler}} {{status}}"],
        ]),
        lines(
          "Caches",
          "percentunit",
          "Hits among queries: prompt tokens, images.",
          [
            [
              `${byModel(rate(vllm("prefix_cache_hits_total")))} / ${byModel(rate(vllm("prefix_cache_queries_total")))}`,
              "{{model_name}} prefix",
            ],
            [
              `${byModel(rate(vllm("mm_cache_hits_total")))} / ${byModel(rate(vllm("mm_cache_queries_total")))}`,
              "{{model_name}} images",
            ],
          ],
          { max: 1 },
        ),
        lines(
          "Size of requests",
          "short",
          "Tokens of a prompt and of an answer: p95, and what was asked for at most.",
          [
            [quantile(0.95, vllm("request_prompt_tokens_bucket"), "model_name"), "{{model_name}} prompt p95"],
            [quantile(0.95, vllm("request_generation_tokens_bucket"), "model_name"), "{{model_name}} answer p95"],
            [quantile(0.95, vllm("request_params_max_tokens_bucket"), "model_name"), "{{model_name}} max_tokens p95"],
          ],
        ),
        lines("KV blocks", "short", "Blocks of the KV cache that the server was started with.", [
          [
            `count by (model_name, num_gpu_blocks, block_size) (${vllm("cache_config_info")})`,
            "{{model_name}}: {{num_gpu_blocks}} x {{block_size}} tokens",
          ],
        ]),
      ],
    },
    {
      title: "GPU (dcgm-exporter)",
      panels: [
        stat(
          "Last XID error",
          "short",
          "The driver's last error, 0 for none. 79: fallen off the bus. 48, 63, 64, 94, 95: memory. 13, 31: a program's fault.",
          [[`max by (gpu) (${gpu("XID_ERRORS")})`, "GPU {{gpu}}"]],
          { badFrom: 1, width: 8 },
        ),
        stat(
          "Memory in use",
          "percentunit",
          "vLLM takes its share at the start and keeps it.",
          [[`max by (gpu) (${gpu("FB_USED")} / (${gpu("FB_USED")} + ${gpu("FB_FREE")}))`, "GPU {{gpu}}"]],
          { width: 8 },
        ),
        stat(
          "Failed row remaps",
          "short",
          "Above 0 the card is to be replaced.",
          [[`max by (gpu) (${gpu("ROW_REMAP_FAILURE")})`, "GPU {{gpu}}"]],
          { badFrom: 1, width: 8 },
        ),
        lines("Power", "watt", "At its limit the card slows down.", [
          [`max by (gpu) (${gpu("POWER_USAGE")})`, "GPU {{gpu}}"],
        ]),
        lines("Clocks", "hertz", "A clock that falls under load: power, heat, or another user of the card.", [
          [`max by (gpu) (${gpu("SM_CLOCK")}) * 1e6`, "GPU {{gpu}} SM"],
          [`max by (gpu) (${gpu("MEM_CLOCK")}) * 1e6`, "GPU {{gpu}} memory"],
        ]),
        lines(
          "Temperature",
          "celsius",
          "From about 85 °C on it slows down.",
          [
            [`max by (gpu) (${gpu("GPU_TEMP")})`, "GPU {{gpu}}"],
            [`max by (gpu) (${gpu("MEMORY_TEMP")})`, "GPU {{gpu}} memory"],
          ],
          { badFrom: 85 },
        ),
        lines(
          "Memory",
          "mbytes",
          "Used and free.",
          [
            [`max by (gpu) (${gpu("FB_USED")})`, "GPU {{gpu}} used"],
            [`max by (gpu) (${gpu("FB_FREE")})`, "GPU {{gpu}} free"],
          ],
          { isStacked: true },
        ),
        lines(
          "Busy",
          "percentunit",
          "Share of time in which anything ran on it; it says nothing about how well.",
          [
            [`max by (gpu) (${gpu("GPU_UTIL")}) / 100`, "GPU {{gpu}}"],
            [`max by (gpu) (${gpu("MEM_COPY_UTIL")}) / 100`, "GPU {{gpu}} memory"],
          ],
          { max: 1 },
        ),
        lines("Energy of a request", "joule", "Energy of all cards for each request that vLLM finished.", [
          [
            `sum(${rate(gpu("TOTAL_ENERGY_CONSUMPTION"))}) / 1000 / sum(${rate(vllm("request_success_total"))})`,
            "energy",
          ],
        ]),
        lines(
          "PCIe retries",
          "short",
          "A bad slot, riser or cable.",
          [[`sum by (gpu) (increase(${gpu("PCIE_REPLAY_COUNTER")}[$__rate_interval]))`, "GPU {{gpu}}"]],
          { badFrom: 1 },
        ),
        lines("Remapped rows", "short", "Memory rows that were replaced by spare ones.", [
          [`max by (gpu) (${gpu("UNCORRECTABLE_REMAPPED_ROWS")})`, "GPU {{gpu}} uncorrectable"],
          [`max by (gpu) (${gpu("CORRECTABLE_REMAPPED_ROWS")})`, "GPU {{gpu}} correctable"],
        ]),
      ],
    },
  ],
};
