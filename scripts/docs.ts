/**
 * `npm run docs`: writes the reference pages that are generated from the code; `--check` fails where one is out of
 * date, so that no page can drift.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { configurationPage } from "./docs/configuration.ts";
import { errorsPage } from "./docs/errors.ts";
import { metricsPage } from "./docs/metrics.ts";

const pages: Record<string, () => string> = {
  "docs/configuration.md": configurationPage,
  "docs/errors.md": errorsPage,
  "docs/metrics.md": metricsPage,
};

const isCheck = process.argv.includes("--check");
let stale = 0;
for (const [file, build] of Object.entries(pages)) {
  const wanted = build();
  if (readOrEmpty(file) === wanted) continue;
  if (isCheck) {
    console.error(`${file} is out of date: run \`npm run docs\` and commit it`);
    stale += 1;
  } else {
    writeFileSync(file, wanted);
    console.log(`wrote ${file}`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
