const functionCall = /\b[a-z_]+\s*(?=\()/g;
const labelList = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;
const words = new Set([
  "and",
  "or",
  "unless",
  "bool",
  "offset",
  "by",
  "on",
  "ignoring",
  "group_left",
  "group_right",
  "inf",
  "nan",
]);

/** The metric names that a PromQL expression reads, each once. It knows as much of PromQL as our own queries use. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
    .replaceAll(/\{[^}]*\}/g, " ")
    .replaceAll(/\[[^\]]*\]/g, " ")
    .replaceAll(labelList, " ")
    .replaceAll(functionCall, " ");
  const names = bare.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? [];
  return [...new Set(names.filter((name) => !words.has(name) && !/^e\d*$/.test(name)))];
}

/** The metric that a series of a histogram or summary belongs to. */
export function withoutSuffix(series: string): string {
  return series.replace(/_(?:bucket|sum|count)$/, "");
}
