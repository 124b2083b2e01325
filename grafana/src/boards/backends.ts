import { backendVariable, jobVariable, lines, modelVariable, own, quantile, rate, states } from "../board.ts";
import type { Board } from "../board.ts";

const one = 'backend=~"$backend"';
const vllm = (metric: string): string => `vllm:${metric}{model_name=~"$model"}`;

/** Every backend as the gateway sees it, and vLLM's own figures beside ours. */
export const backends: Board = {
  name: "backends",
  title: "Garment gateway / Backends",
  about:
    "Which backend is in trouble, how wide it is open, how well it answers, and whether it agrees with what we think.",
  variables: [jobVariable, backendVariable, modelVariable],
  rows: [
    {
      title: "State",
      panels: [
        states("State", "short", "Who is in rotation? Anything but `ready` is not.", [
          [`max by (backend, state) (${own("backend_state", one)}) == 1`, "{{backend}} {{state}}"],
        ]),
        states("Circuit", "short", "Whose circuit is open? A handshake closes it, never live traffic.", [
          [`max by (backend, state) (${own("backend_circuit_state", one)}) == 1`, "{{backend}} {{state}}"],
        ]),
        lines("Changes of state", "short", "Who comes and goes?", [
          [
            `sum by (backend, state) (increase(${own("backend_state_changes_total", one)}[$__rate_interval]))`,
            "{{backend}} to {{state}}",
          ],
        ]),
        lines("Handshakes", "reqps", "What do the probes find: model, version, grammar?", [
          [`sum by (backend, outcome) (${rate(own("backend_probes_total", one))})`, "{{backend}} {{outcome}}"],
        ]),
        lines("Figures of load", "s", "How old are the figures of backends without traffic?", [
          [`max by (backend) (${own("backend_scrape_age_seconds", one)})`, "{{backend}} age"],
        ]),
        lines("Missing figures", "short", "Which of the server's figures were found missing?", [
          [
            `sum by (backend, metric) (increase(${own("backend_metrics_missing_total", one)}[$__rate_interval]))`,
            "{{backend}} {{metric}}",
          ],
        ]),
      ],
    },
    {
      title: "Load",
      panels: [
        lines("In flight and limit", "short", "How wide is each open, and is it full? A limit at 2 is the floor.", [
          [`sum by (backend) (${own("backend_in_flight", one)})`, "{{backend}} in flight"],
          [`sum by (backend) (${own("backend_concurrency_limit", one)})`, "{{backend}} limit"],
        ]),
        lines(
          "Calls by outcome",
          "reqps",
          "How do calls end?",
          [[`sum by (backend, outcome) (${rate(own("backend_requests_total", one))})`, "{{backend}} {{outcome}}"]],
          { isStacked: true },
        ),
        lines("Calls that fail", "percentunit", "Share of calls that did not end well.", [
          [
            `sum by (backend) (${rate(own("backend_requests_total", `${one}, outcome!="ok"`))}) / sum by (backend) (${rate(own("backend_requests_total", one))})`,
            "{{backend}}",
          ],
        ]),
        lines("Time of a call", "s", "How fast is each?", [
          [quantile(0.5, own("backend_request_duration_seconds_bucket", one), "backend"), "{{backend}} p50"],
          [quantile(0.95, own("backend_request_duration_seconds_bucket", one), "backend"), "{{backend}} p95"],
        ]),
        lines("Calls without a place", "short", "Is the whole fleet full?", [
          [`sum(${own("fleet_waiting")})`, "waiting"],
        ]),
        lines("Mirrored calls in flight", "short", "What does shadow evaluation ask of each?", [
          [`sum by (backend) (${own("shadow_in_flight", one)})`, "{{backend}}"],
        ]),
      ],
    },
    {
      title: "Answers",
      panels: [
        lines(
          "How answers read",
          "reqps",
          "Anything but `valid` in numbers is a build that got worse.",
          [[`sum by (backend, outcome) (${rate(own("answers_total", one))})`, "{{backend}} {{outcome}}"]],
          { isStacked: true },
        ),
        lines(
          "Answers of no use",
          "percentunit",
          "Share of answers that are cut off or invalid.",
          [
            [
              `sum by (backend) (${rate(own("answers_total", `${one}, outcome=~"truncated|invalid"`))}) / sum by (backend) (${rate(own("answers_total", one))})`,
              "{{backend}}",
            ],
          ],
          { badFrom: 0.01 },
        ),
        lines(
          "Fields left empty",
          "percentunit",
          "Share of answers in which a field is null: a build that stops seeing shows here.",
          [
            [
              `sum by (backend, field) (${rate(own("field_null_total", one))}) / on (backend) group_left sum by (backend) (${rate(own("answers_total", one))})`,
              "{{backend}} {{field}}",
            ],
          ],
        ),
        lines(
          "Confidence",
          "percentunit",
          "Median confidence by field: a sudden change is another build, or other photos.",
          [[quantile(0.5, own("confidence_bucket"), "field"), "{{field}}"]],
          { max: 1 },
        ),
        lines(
          "Token arithmetic",
          "short",
          "Answers whose prompt tokens are not those that we counted: wrong family, or images resized once more.",
          [
            [
              `sum by (backend) (increase(${own("backend_token_arithmetic_mismatch_total", one)}[$__rate_interval]))`,
              "{{backend}}",
            ],
          ],
          { badFrom: 1 },
        ),
        lines("Asked again", "reqps", "Answers that had to be asked for again, in part or as a whole.", [
          [`sum by (reason) (${rate(own("retries_total", 'reason=~"reask|invalid_answer"'))})`, "{{reason}}"],
        ]),
      ],
    },
    {
      title: "Our figures beside the server's",
      panels: [
        lines(
          "Calls there and here",
          "short",
          "Does the server work on what we gave it? Ours above its: calls wait in its image stage, which no gauge of it shows.",
          [
            [`sum(${own("backend_in_flight", one)}) + sum(${own("shadow_in_flight", one)})`, "gateway: in flight"],
            [`sum(${vllm("num_requests_running")})`, "vLLM: running"],
            [`sum(${vllm("num_requests_waiting")})`, "vLLM: waiting"],
          ],
        ),
        lines("Time there and here", "s", "Where does a call's time go? The gap is network, image stage and HTTP.", [
          [quantile(0.95, own("backend_request_duration_seconds_bucket", one)), "gateway p95"],
          [quantile(0.95, vllm("e2e_request_latency_seconds_bucket")), "vLLM end to end p95"],
          [quantile(0.95, vllm("time_to_first_token_seconds_bucket")), "vLLM first token p95"],
        ]),
        lines(
          "Tokens",
          "short",
          "Tokens a second that the servers read and write, and the vision tokens that we sent.",
          [
            [`sum by (model_name) (${rate(vllm("prompt_tokens_total"))})`, "{{model_name}} prompt"],
            [`sum by (model_name) (${rate(vllm("generation_tokens_total"))})`, "{{model_name}} generated"],
            [`sum(${rate(own("image_vision_tokens_sum"))})`, "vision tokens sent"],
          ],
        ),
        lines(
          "Caches of the server",
          "percentunit",
          "What is reused: prompt tokens, prepared images.",
          [
            [
              `sum by (model_name) (${rate(vllm("prefix_cache_hits_total"))}) / sum by (model_name) (${rate(vllm("prefix_cache_queries_total"))})`,
              "{{model_name}} prefix",
            ],
            [
              `sum by (model_name) (${rate(vllm("mm_cache_hits_total"))}) / sum by (model_name) (${rate(vllm("mm_cache_queries_total"))})`,
              "{{model_name}} images",
            ],
          ],
          { max: 1 },
        ),
        lines(
          "KV cache in use",
          "percentunit",
          "Is the card's memory for running requests full?",
          [[`max by (model_name) (${vllm("kv_cache_usage_perc")})`, "{{model_name}}"]],
          { max: 1, badFrom: 0.9 },
        ),
      ],
    },
  ],
};
