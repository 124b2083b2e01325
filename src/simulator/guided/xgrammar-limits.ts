const supportedFormats = new Set([
  "email",
  "date",
  "time",
  "date-time",
  "duration",
  "ipv4",
  "ipv6",
  "hostname",
  "uuid",
  "uri",
  "uri-reference",
  "uri-template",
  "json-pointer",
  "relative-json-pointer",
]);

const refusedKeywords: Record<string, readonly string[]> = {
  integer: ["multipleOf"],
  number: ["multipleOf"],
  array: ["uniqueItems", "contains", "minContains", "maxContains"],
  object: ["patternProperties", "propertyNames", "minProperties", "maxProperties"],
};

/**
 * Whether vLLM keeps a JSON schema away from xgrammar. Like vLLM's own gate it walks every object in the schema and looks
 * at a keyword only beside its type (vllm/v1/structured_output/backend_xgrammar.py).
 */
export function isRefusedByXgrammar(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(isRefusedByXgrammar);
  if (schema === null || typeof schema !== "object") return false;
  const { type, format } = schema as { type?: unknown; format?: unknown };
  const types = (Array.isArray(type) ? type : [type]).filter((name): name is string => typeof name === "string");
  if (types.some((name) => refusedKeywords[name]?.some((keyword) => keyword in schema))) return true;
  if (types.includes("string") && typeof format === "string" && !supportedFormats.has(format)) return true;
  return Object.values(schema).some(isRefusedByXgrammar);
}
