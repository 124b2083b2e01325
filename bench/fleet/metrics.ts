/** Values of a metric's series that have all of `labels`, by their `backend` label, from Prometheus' text format. */
export function readSeries(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Map<string, number> {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const series = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (!line.startsWith(`${name}{`) || !wanted.every((label) => line.includes(label))) continue;
    const backend = /backend="([^"]*)"/.exec(line)?.[1];
    if (backend !== undefined) series.set(backend, Number(line.slice(line.lastIndexOf(" ") + 1)));
  }
  return series;
}
