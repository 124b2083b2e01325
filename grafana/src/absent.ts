const parts = "`process_cpu_seconds_total` is their sum, and that is on a panel";
const lag = "p99 and mean are on a panel; a third view of the same histogram decides nothing";
const deprecated = "prom-client's older form of `nodejs_active_resources`, which is on a panel";
const heap = "used heap, resident and external memory are on a panel; how V8 divides it is for a heap profile";

/** Metrics on the gateway's page that no panel shows, each with the reason. A metric that is in neither place fails a test. */
export const absentMetrics: Readonly<Record<string, string>> = {
  process_cpu_user_seconds_total: parts,
  process_cpu_system_seconds_total: parts,
  process_start_time_seconds: "`up` and counters that begin anew show a restart",
  process_virtual_memory_bytes: "address space says nothing about memory in use",
  process_heap_bytes: heap,
  process_max_fds: "a constant of the machine",
  nodejs_eventloop_lag_seconds: lag,
  nodejs_eventloop_lag_min_seconds: lag,
  nodejs_eventloop_lag_max_seconds: lag,
  nodejs_eventloop_lag_stddev_seconds: lag,
  nodejs_eventloop_lag_p50_seconds: lag,
  nodejs_eventloop_lag_p90_seconds: lag,
  nodejs_active_resources_total: "the sum of `nodejs_active_resources`, which is on a panel by type",
  nodejs_active_handles: deprecated,
  nodejs_active_handles_total: deprecated,
  nodejs_active_requests: deprecated,
  nodejs_active_requests_total: deprecated,
  nodejs_heap_size_total_bytes: heap,
  nodejs_heap_space_size_total_bytes: heap,
  nodejs_heap_space_size_used_bytes: heap,
  nodejs_heap_space_size_available_bytes: heap,
  nodejs_version_info: "a constant of the build; the gateway's version is in its log and at /openapi.json",
};
