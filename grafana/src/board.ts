/** A board as we write it down; `to-dashboard.ts` turns it into Grafana's JSON. */
export interface Board {
  /** Name of the JSON file, and the end of the board's uid. */
  name: string;
  title: string;
  about: string;
  variables: readonly Variable[];
  rows: readonly Row[];
}

export interface Row {
  title: string;
  panels: readonly Panel[];
}

/** What a panel's numbers are, as Grafana names units. */
export type Unit =
  | "short"
  | "s"
  | "percentunit"
  | "reqps"
  | "bytes"
  | "Bps"
  | "mbytes"
  | "watt"
  | "celsius"
  | "hertz"
  | "joule";

/** PromQL, and what a series is called. */
export type Query = readonly [expr: string, legend: string];

export interface Panel {
  title: string;
  /** The question that it answers, and what to do about a bad answer where that is one sentence. */
  asks: string;
  kind: "timeseries" | "stat" | "bars" | "states";
  unit: Unit;
  queries: readonly Query[];
  /** Of 24 columns. */
  width: number;
  isStacked?: boolean;
  max?: number;
  /** From this value on it is bad. */
  badFrom?: number;
  /** Below this value it is bad. */
  badBelow?: number;
}

/** A choice at the top of a board: the values of a label. */
export interface Variable {
  name: string;
  label: string;
  /** The metric whose label is asked. */
  metric: string;
  of: string;
}

type Options = Partial<Pick<Panel, "width" | "isStacked" | "max" | "badFrom" | "badBelow">>;

const make =
  (kind: Panel["kind"], width: number) =>
  (title: string, unit: Unit, asks: string, queries: readonly Query[], options: Options = {}): Panel => ({
    title,
    asks,
    kind,
    unit,
    queries,
    width,
    ...options,
  });

/** Lines over time. */
export const lines = make("timeseries", 8);
/** One number, or a few. */
export const stat = make("stat", 4);
/** One bar a series, as of now. */
export const bars = make("bars", 8);
/** Which state each had when: series of 0 and 1. */
export const states = make("states", 12);

/** The gateway's own series of the chosen job. `more`: further matchers. */
export function own(metric: string, more = ""): string {
  return `garment_gateway_${metric}{job=~"$job"${more === "" ? "" : `, ${more}`}}`;
}

/** How fast a counter grows, a second. */
export function rate(series: string): string {
  return `rate(${series}[$__rate_interval])`;
}

/** A sum of rates, or 0 where the matchers find nothing of a metric that is there: a misspelt metric stays empty. */
export function rateOrZero(metric: string, matcher: string): string {
  return `(sum(${rate(own(metric, matcher))}) or 0 * sum(${rate(own(metric))}))`;
}

/** A quantile of a histogram, for each value of the labels in `by`. */
export function quantile(q: number, bucket: string, by = ""): string {
  return `histogram_quantile(${q}, sum by (le${by === "" ? "" : `, ${by}`}) (${rate(bucket)}))`;
}

export const jobVariable: Variable = {
  name: "job",
  label: "Job",
  metric: "garment_gateway_requests_in_flight",
  of: "job",
};

export const backendVariable: Variable = {
  name: "backend",
  label: "Backend",
  metric: "garment_gateway_backend_in_flight",
  of: "backend",
};

export const modelVariable: Variable = {
  name: "model",
  label: "vLLM model",
  metric: "vllm:num_requests_running",
  of: "model_name",
};

/** Routes whose answers are the service: what the objectives count. */
export const serviceRoutes = 'route=~"/v1/attributes|/v1/chat/completions"';
