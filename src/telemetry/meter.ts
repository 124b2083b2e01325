import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** Makes instruments that share one name prefix and one registry. */
export interface Meter {
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
  /** Adds prom-client's process metrics (CPU, memory, event loop, handles). */
  addProcessMetrics(): void;
  /** Called before each exposition: for figures that are read rather than counted. */
  beforeExpose(read: () => void): void;
  /** The exposition text and its content type. */
  expose(): Promise<{ text: string; contentType: string }>;
  /** Name, type, help and labels of every instrument, in order of creation: the source of docs/metrics.md. */
  describe(): MetricDescription[];
}

export interface MetricDescription {
  name: string;
  type: "counter" | "gauge" | "histogram";
  help: string;
  labels: readonly string[];
}

/** Creates a meter with a registry of its own: nothing is global, so two gateways in one process do not mix. */
export function createMeter(prefix: string): Meter {
  const registry = new Registry();
  const described: MetricDescription[] = [];
  const reads: (() => void)[] = [];

  function common<L extends string>(type: MetricDescription["type"], name: string, help: string, labels: readonly L[]) {
    described.push({ name: prefix + name, type, help, labels });
    return { name: prefix + name, help, labelNames: [...labels], registers: [registry] };
  }

  return {
    counter: (name, help, labels = []) => new Counter(common("counter", name, help, labels)),
    gauge: (name, help, labels = []) => new Gauge(common("gauge", name, help, labels)),
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ ...common("histogram", name, help, labels), buckets: [...buckets] }),
    addProcessMetrics: () => collectDefaultMetrics({ register: registry }),
    beforeExpose: (read) => void reads.push(read),
    async expose() {
      for (const read of reads) read();
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
    describe: () => [...described],
  };
}
