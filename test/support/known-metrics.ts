import { readFileSync } from "node:fs";
import { readRules } from "../../grafana/src/rules.ts";
import { metricsIn, withoutSuffix } from "../../grafana/src/promql.ts";
import { openSimulator } from "../../src/simulator/index.ts";
import { createInstruments } from "../../src/telemetry/index.ts";
import { fixedVision } from "./fixed-vision.ts";

/** A synthetic exposition of dcgm-exporter. */
export const dcgmFile = "test/fixtures/dcgm-exporter.prom";

const metricNamesOf = (page: string): string[] =>
  [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name as string);

/** Names of all metrics on a gateway's page, those of its process included. */
export async function gatewayMetrics(): Promise<string[]> {
  const { meter } = createInstruments();
  meter.addProcessMetrics();
  return metricNamesOf((await meter.expose()).text);
}

/** Everything that a query or rule may read: the gateway's page, a simulated vLLM's, dcgm-exporter's, what rules record, `up`. */
export async function allMetrics(): Promise<Set<string>> {
  const simulator = await openSimulator({ modelId: "sim-names", speed: 0, vision: fixedVision() });
  const page = await fetch(`${simulator.url}/metrics`).then((response) => response.text());
  await simulator.close();
  return new Set([
    ...(await gatewayMetrics()),
    ...metricNamesOf(page),
    ...metricNamesOf(readFileSync(dcgmFile, "utf8")),
    ...readRules().flatMap(({ records }) => records.map(({ record }) => record)),
    "up",
  ]);
}

/** The metrics that an expression reads and nobody has. */
export function unknownMetrics(expr: string, known: ReadonlySet<string>): string[] {
  return metricsIn(expr).filter((name) => !known.has(name) && !known.has(withoutSuffix(name)));
}
