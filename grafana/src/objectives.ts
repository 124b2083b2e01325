/** What we promise, over 30 days. Change it here, then `npm run dashboards`. */
export interface Objective {
  /** Name in metrics and alerts. */
  name: "failed" | "slow";
  title: string;
  promise: string;
  /** Share of bad events that may happen. */
  budget: number;
  /** Name of the recorded share of bad events, without its window. */
  series: string;
  /** PromQL: share of bad events of each job over a window. */
  ratio(window: string): string;
}

/** A bound of the histogram's buckets, or the share would be a guess. */
const slowAfterSeconds = 2.5;

const routes = 'route=~"/v1/attributes|/v1/chat/completions"';
const requests = "garment_gateway_http_request_duration_seconds_count";
const answers = "garment_gateway_answer_duration_seconds";

const all = (window: string): string => `sum by (job) (rate(${requests}{${routes}}[${window}]))`;

const availability: Objective = {
  name: "failed",
  title: "Availability",
  promise:
    "99.5 % of requests for answers do not end in a 5xx; shed requests count as failed, requests that a key's limit refused do not",
  budget: 0.005,
  series: "garment_gateway:requests_failed:ratio_rate",
  ratio: (window) =>
    `(sum by (job) (rate(${requests}{${routes}, status=~"5.."}[${window}])) or 0 * ${all(window)}) / ${all(window)}`,
};

const latency: Objective = {
  name: "slow",
  title: "Latency",
  promise: `95 % of interactive requests for attributes are answered within ${slowAfterSeconds} s`,
  budget: 0.05,
  series: "garment_gateway:answers_slow:ratio_rate",
  ratio: (window) =>
    `1 - sum by (job) (rate(${answers}_bucket{priority="interactive", le="${slowAfterSeconds}"}[${window}])) / sum by (job) (rate(${answers}_count{priority="interactive"}[${window}]))`,
};

export const objectives: readonly Objective[] = [availability, latency];

/** Windows that alerts and the board look at. */
export const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"] as const;

/**
 * When the budget burns too fast, by "The Site Reliability Workbook", chapter 5, table 5-8: a long window says that it matters,
 * a short one that it still goes on.
 */
export const burns = {
  fast: [
    { factor: 14.4, long: "1h", short: "5m" },
    { factor: 6, long: "6h", short: "30m" },
  ],
  slow: [
    { factor: 3, long: "1d", short: "2h" },
    { factor: 1, long: "3d", short: "6h" },
  ],
} as const;
