/**
 * `npm run bench -- NAME`: measures, prints a table with every figure's denominator, and writes the raw series and charts.
 * Both sides of a ratio run in the same run, in turns, over several rounds; the table shows medians.
 */
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { fleet } from "./fleet.ts";
import type { Bench, Row } from "./harness/bench.ts";
import { watchConditions } from "./harness/conditions.ts";
import { openProgress } from "./harness/progress.ts";
import { renderReport, writeDocs, writeResults } from "./harness/report.ts";
import { median } from "./harness/statistics.ts";
import { formatFigure, isWithin } from "./harness/table.ts";
import { shadow } from "./shadow.ts";

const benches: readonly Bench[] = [fleet, shadow];

const usage = `npm run bench -- NAME [--quick] [--seed N] [--out DIR] [--write]

${benches.map(({ name, summary, seconds }) => `  ${name.padEnd(10)}${summary} (about ${Math.round(seconds(false) / 60)} minutes)`).join("\n")}

  --quick     a minute at most: shows that the bench runs; fails where a figure is beyond all sense
  --seed N    of everything drawn at random (default 1)
  --out DIR   for raw series, charts and logs (default bench/results)
  --write     puts the table and the charts into docs/performance.md

What it shows holds for this machine and this run. Exit status: 0 ran, 1 failed or senseless figures, 2 wrong usage.`;

process.exitCode = await main();

async function main(): Promise<number> {
  const flags = readFlags();
  if (flags === null) return 2;
  const { values, positionals } = flags;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const bench = benches.find(({ name }) => name === positionals[0]);
  const seed = Number(values.seed);
  if (bench === undefined || positionals.length > 1 || !Number.isInteger(seed)) {
    console.error(usage);
    return 2;
  }
  if (values.quick && values.write) {
    console.error("--quick shows nothing worth writing down: leave out one of --quick and --write.");
    return 2;
  }
  return measure(bench, { isQuick: values.quick, seed, outDir: values.out, isWritten: values.write });
}

async function measure(
  bench: Bench,
  options: { isQuick: boolean; seed: number; outDir: string; isWritten: boolean },
): Promise<number> {
  const { isQuick, seed, outDir, isWritten } = options;
  mkdirSync(outDir, { recursive: true });
  const progress = openProgress(process.stderr, bench.seconds(isQuick));
  const endWatch = watchConditions();
  const result = await bench.run({ isQuick, seed, progress, outDir }).finally(progress.done);
  const command = `npm run bench -- ${bench.name}${isQuick ? " --quick" : ""}${seed === 1 ? "" : ` --seed ${seed}`}`;
  const report = { name: bench.name, command, conditions: endWatch(), isQuick, result };
  console.log(renderReport(report));
  const files = writeResults(report, outDir);
  if (isWritten) files.push(...writeDocs(report, "docs/performance.md", "docs/charts"));
  console.log(`\nwrote ${files.join(", ")}`);
  return countSenseless(result.rows) > 0 ? 1 : 0;
}

function countSenseless(rows: readonly Row[]): number {
  const senseless = rows.filter(({ rounds, sane }) => sane !== undefined && !isWithin(median(rounds), sane));
  for (const { measure, rounds, unit } of senseless)
    console.error(`beyond all sense: ${measure} is ${formatFigure(median(rounds), unit)}`);
  return senseless.length;
}

function readFlags() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        quick: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        seed: { type: "string", default: "1" },
        out: { type: "string", default: "bench/results" },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return null;
  }
}
