import { samplePattern } from "./pattern-sample.ts";
import { UnusableSchema } from "./schema-node.ts";
import type { SchemaNode } from "./schema-node.ts";

const formatSamples: Record<string, string> = {
  email: "a@example.org",
  date: "2026-01-31",
  time: "12:00:00Z",
  "date-time": "2026-01-31T12:00:00Z",
  duration: "P1D",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  hostname: "example.org",
  uuid: "00000000-0000-4000-8000-000000000000",
  uri: "https://example.org/",
  "uri-reference": "/path",
  "uri-template": "/path/{name}",
  "json-pointer": "/a",
  "relative-json-pointer": "0/a",
};

/** Longest text that is made up to reach a minLength. */
const maxMadeUpLength = 10_000;

/** A short text within the node's length, pattern and format. */
export function textWithin(node: SchemaNode): string {
  const min = node.minLength ?? 0;
  const max = node.maxLength ?? Infinity;
  if (min > max || min > maxMadeUpLength) throw new UnusableSchema("minLength cannot be met.");
  if (node.pattern !== undefined) {
    const sample = samplePattern(node.pattern, min, max);
    if (sample === undefined) throw new UnusableSchema("The pattern is not supported or cannot be met.");
    return sample;
  }
  if (node.format !== undefined) return formatSamples[node.format] ?? "text";
  return "text".padEnd(min, " text").slice(0, max);
}

/** The number nearest to zero within the node's bounds. */
export function numberWithin(node: SchemaNode, type: "integer" | "number"): number {
  const step = type === "integer" ? 1 : 0;
  let low = node.minimum ?? -Infinity;
  let high = node.maximum ?? Infinity;
  if (step === 1) {
    low = Math.max(Math.ceil(low), Math.floor(node.exclusiveMinimum ?? -Infinity) + 1);
    high = Math.min(Math.floor(high), Math.ceil(node.exclusiveMaximum ?? Infinity) - 1);
  }
  const value = Math.min(Math.max(0, low), high) + 0;
  if (value < low) throw new UnusableSchema("The bounds of a number exclude each other.");
  return step === 1 ? value : insideOpenBounds(value, low, high, node);
}

function insideOpenBounds(value: number, low: number, high: number, node: SchemaNode): number {
  const above = Math.max(low, node.exclusiveMinimum ?? -Infinity);
  const below = Math.min(high, node.exclusiveMaximum ?? Infinity);
  const isInside = (x: number) =>
    x >= low && x <= high && x > (node.exclusiveMinimum ?? -Infinity) && x < (node.exclusiveMaximum ?? Infinity);
  const middle = (above + below) / 2;
  const found = [value, above + 1, below - 1, middle, above, below].find((x) => Number.isFinite(x) && isInside(x));
  if (found === undefined) throw new UnusableSchema("The bounds of a number exclude each other.");
  return found;
}
