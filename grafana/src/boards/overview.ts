import { jobVariable, lines, own, quantile, rate, rateOrZero, serviceRoutes, stat } from "../board.ts";
import type { Board } from "../board.ts";

const requests = "http_request_duration_seconds_count";
const answered = "answer_duration_seconds_bucket";

/** Rate, errors, duration, saturation, goodput: the first board to look at. */
export const overview: Board = {
  name: "overview",
  title: "Garment gateway / Overview",
  about: "Are callers served, how fast, and what is in the way. Start here; the other boards say why.",
  variables: [jobVariable],
  rows: [
    {
      title: "Are callers served?",
      panels: [
        stat(
          "Availability",
          "percentunit",
          "Share of requests for answers that no fault of ours ended (no 5xx).",
          [
            [
              `1 - ${rateOrZero(requests, `${serviceRoutes}, status=~"5.."`)} / sum(${rate(own(requests, serviceRoutes))})`,
              "available",
            ],
          ],
          { badBelow: 0.995 },
        ),
        stat("Goodput", "reqps", "Requests a second that were answered: 2xx on the routes that answer.", [
          [`sum(${rate(own(requests, `${serviceRoutes}, status=~"2.."`))})`, "answered"],
        ]),
        stat(
          "p95, interactive",
          "s",
          "How long the slowest twentieth of interactive callers waits.",
          [[quantile(0.95, own(answered, 'priority="interactive"')), "p95"]],
          { badFrom: 2.5 },
        ),
        stat(
          "Backends ready",
          "short",
          "Backends in rotation; 0 means that nobody is served.",
          [[`sum(${own("backend_state", 'state="ready"')})`, "ready"]],
          { badBelow: 1 },
        ),
        stat("Waiting", "short", "Requests and calls that wait for a place now.", [
          [`sum(${own("admission_waiting")}) + sum(${own("fleet_waiting")})`, "waiting"],
        ]),
        stat(
          "Largest process",
          "bytes",
          "Resident memory of the largest gateway process.",
          [['max(process_resident_memory_bytes{job=~"$job"})', "resident"]],
          { badFrom: 2_000_000_000 },
        ),
        lines(
          "Requests by status",
          "reqps",
          "What do callers get? 4xx are theirs, 5xx ours, 499 left.",
          [[`sum by (status) (${rate(own(requests, 'route=~"/v1/.*"'))})`, "{{status}}"]],
          { isStacked: true },
        ),
        lines(
          "Requests by route",
          "reqps",
          "Who asks for what?",
          [[`sum by (route) (${rate(own(requests))})`, "{{route}}"]],
          { isStacked: true },
        ),
        lines("Offered, answered, shed", "reqps", "Goodput beside what came: the gap is shed or failed.", [
          [`sum(${rate(own("admission_total"))})`, "offered"],
          [`sum(${rate(own(requests, `${serviceRoutes}, status=~"2.."`))})`, "answered"],
          [rateOrZero("admission_total", 'outcome=~"shed_.*"'), "shed"],
        ]),
        lines("Failures", "percentunit", "Share of requests for answers that ended in a 5xx, and in a 4xx.", [
          [
            `${rateOrZero(requests, `${serviceRoutes}, status=~"5.."`)} / sum(${rate(own(requests, serviceRoutes))})`,
            "5xx",
          ],
          [
            `${rateOrZero(requests, `${serviceRoutes}, status=~"4.."`)} / sum(${rate(own(requests, serviceRoutes))})`,
            "4xx",
          ],
        ]),
        lines(
          "Time to an answer",
          "s",
          "How long do callers wait for attributes, by priority? The objective: 95 % of interactive ones within 2.5 s.",
          [
            [quantile(0.5, own(answered), "priority"), "{{priority}} p50"],
            [quantile(0.95, own(answered), "priority"), "{{priority}} p95"],
            [quantile(0.99, own(answered), "priority"), "{{priority}} p99"],
          ],
        ),
        lines("Time by route", "s", "p95 of every route that callers use, failures included.", [
          [quantile(0.95, own("http_request_duration_seconds_bucket", 'route=~"/v1/.*"'), "route"), "{{route}}"],
        ]),
      ],
    },
    {
      title: "What is full?",
      panels: [
        lines(
          "Admission",
          "reqps",
          "What does the door do? `queued` means full, `shed_…` refused.",
          [[`sum by (outcome) (${rate(own("admission_total"))})`, "{{outcome}}"]],
          { isStacked: true },
        ),
        lines("Under way and waiting", "short", "Where does work stand?", [
          [`sum(${own("requests_in_flight")})`, "requests in flight"],
          [`sum by (priority) (${own("admission_waiting")})`, "{{priority}} at the door"],
          [`sum(${own("fleet_waiting")})`, "calls without a place"],
        ]),
        lines(
          "Places of the fleet",
          "short",
          "Is the fleet used up? Calls under way against calls that it may be given.",
          [
            [`sum(${own("backend_in_flight")})`, "in flight"],
            [`sum(${own("backend_concurrency_limit")})`, "places"],
          ],
        ),
        lines(
          "Retries",
          "reqps",
          "Are we retrying ourselves to death? `budget_empty`: the budget holds, the fleet is in trouble.",
          [[`sum by (reason) (${rate(own("retries_total"))})`, "{{reason}}"]],
        ),
        lines(
          "Answer cache",
          "reqps",
          "How much work is saved?",
          [[`sum by (outcome) (${rate(own("cache_requests_total"))})`, "{{outcome}}"]],
          { isStacked: true },
        ),
        lines(
          "Brown-out",
          "percentunit",
          "Share of its vision token budget that a new request keeps; below 1 images are degraded.",
          [[`min(${own("brown_out_factor")})`, "share"]],
          { max: 1 },
        ),
      ],
    },
    {
      title: "The gateway's own share",
      panels: [
        lines("Overhead", "s", "What do we add to the backend's time? p95 by part.", [
          [quantile(0.95, own("overhead_seconds_bucket"), "component"), "{{component}}"],
        ]),
        lines("Event loop", "s", "Is the process too busy to answer? p99 above 0.1 s shows in every latency.", [
          ['max(nodejs_eventloop_lag_p99_seconds{job=~"$job"})', "lag p99"],
          ['max(nodejs_eventloop_lag_mean_seconds{job=~"$job"})', "lag mean"],
        ]),
        lines("Processor", "short", "Cores in use.", [
          ['sum by (instance) (rate(process_cpu_seconds_total{job=~"$job"}[$__rate_interval]))', "{{instance}}"],
        ]),
        lines("Memory", "bytes", "Does it grow without end?", [
          ['sum by (instance) (process_resident_memory_bytes{job=~"$job"})', "{{instance}} resident"],
          ['sum by (instance) (nodejs_heap_size_used_bytes{job=~"$job"})', "{{instance}} heap used"],
          ['sum by (instance) (nodejs_external_memory_bytes{job=~"$job"})', "{{instance}} external"],
        ]),
        lines("Garbage collection", "percentunit", "Share of time that collecting takes.", [
          ['sum by (kind) (rate(nodejs_gc_duration_seconds_sum{job=~"$job"}[$__rate_interval]))', "{{kind}}"],
        ]),
        lines("Sockets, files, timers", "short", "Is something never closed?", [
          ['sum by (instance) (process_open_fds{job=~"$job"})', "{{instance}} open files"],
          ['sum by (type) (nodejs_active_resources{job=~"$job"})', "{{type}}"],
        ]),
        lines(
          "Reloads",
          "short",
          "Was the configuration taken over? A refused one means that the file and what runs differ.",
          [[`sum by (outcome) (increase(${own("config_reloads_total")}[$__rate_interval]))`, "{{outcome}}"]],
        ),
      ],
    },
  ],
};
