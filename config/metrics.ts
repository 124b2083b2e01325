import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { MetricDefinitionsSchema } from "../schemas/index.ts";
import type { MetricDefinitions } from "../schemas/index.ts";
import { ConfigError, explain } from "./mistakes.ts";
import type { Mistake } from "./mistakes.ts";
import type { Value } from "./merge.ts";

const validate = new Ajv({ allErrors: true, verbose: true }).compile<MetricDefinitions>(MetricDefinitionsSchema);

const shippedFile = new URL("peakbench_metrics.json", import.meta.url);

/**
 * Reads the weights and definitions of the scores.
 * @throws ConfigError with every mistake at once: a wrong shape, weights of a score that do not add up to 1
 */
export function loadMetricDefinitions(file: URL | string = shippedFile): MetricDefinitions {
  let read: Value;
  try {
    read = JSON.parse(readFileSync(file, "utf8")) as Value;
  } catch {
    throw new ConfigError([{ path: String(file), found: "no readable JSON", expected: "a JSON file" }]);
  }
  if (!validate(read)) throw new ConfigError(explain(validate.errors ?? [], read));
  const mistakes = (["composite", "reward"] as const).flatMap((score) => checkSum(score, read[score]));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return read;
}

function checkSum(path: string, weights: Readonly<Record<string, number>>): Mistake[] {
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) < 1e-9) return [];
  return [{ path, found: `weights that add up to ${sum}`, expected: "weights that add up to 1" }];
}
