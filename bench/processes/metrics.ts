/** A series is meant where it has all of these labels, whatever else it has. */
type Labels = Readonly<Record<string, string>>;

/** A metric's values by their `backend` label, from Prometheus' text format. */
export function readSeries(text: string, name: string, labels: Labels = {}): Map<string, number> {
  const series = new Map<string, number>();
  for (const { line, value } of linesOf(text, name, labels)) {
    const backend = /backend="([^"]*)"/.exec(line)?.[1];
    if (backend !== undefined) series.set(backend, value);
  }
  return series;
}

/** The sum of a metric's series; 0 where there is none, as a counter begins. */
export function readTotal(text: string, name: string, labels: Labels = {}): number {
  return linesOf(text, name, labels).reduce((total, { value }) => total + value, 0);
}

function linesOf(text: string, name: string, labels: Labels): { line: string; value: number }[] {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .map((line) => ({ line, value: Number(line.slice(line.lastIndexOf(" ") + 1)) }));
}
