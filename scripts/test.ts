/**
 * `npm test`: runs every lane and closes with one line, `N passed, N failed, N skipped`.
 *
 * The fast lane (unit, contracts, http) runs in one process, which is several times faster than a process per file and
 * keeps us honest about module-level state. The e2e lane (sockets, processes, real servers) gets a process per file.
 * `TEST_SKIPS=fail` turns a skipped test into a failure: that is how CI runs it.
 */
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestCounts } from "./test-counts.ts";

interface Lane {
  name: string;
  patterns: string[];
  flags: string[];
}

const lanes: Lane[] = [
  {
    name: "fast",
    patterns: ["test/unit/**/*.test.ts", "test/contracts/**/*.test.ts", "test/http/**/*.test.ts"],
    flags: ["--test-isolation=none"],
  },
  { name: "e2e", patterns: ["test/e2e/**/*.test.ts"], flags: ["--test-concurrency=2"] },
];

const usage = `npm test [-- --lane fast|e2e] [FILE …]

Runs the test lanes and prints "N passed, N failed, N skipped" last.
  --lane NAME   only that lane
  FILE …        only these test files (run as the lane they belong to)
TEST_SKIPS=fail makes a skipped test a failure.`;

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(usage);
  process.exit(0);
}
const laneAt = args.indexOf("--lane");
const onlyLane = laneAt === -1 ? undefined : args[laneAt + 1];
const onlyFiles = args.filter((arg, i) => !arg.startsWith("--") && (laneAt === -1 || i !== laneAt + 1));
if (onlyLane !== undefined && !lanes.some((lane) => lane.name === onlyLane)) {
  console.error(`unknown lane ${onlyLane}\n\n${usage}`);
  process.exit(2);
}

async function runLane(lane: Lane): Promise<TestCounts> {
  const all = globSync(lane.patterns).sort();
  const files = onlyFiles.length > 0 ? all.filter((file) => onlyFiles.includes(file)) : all;
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-test-"));
  const countsFile = join(folder, "counts.json");
  const child = spawn(
    process.execPath,
    [
      "--test",
      ...lane.flags,
      "--test-timeout=120000",
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      "--test-reporter=./scripts/test-counts.ts",
      `--test-reporter-destination=${countsFile}`,
      ...files,
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  const status = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  const counts = readCounts(countsFile);
  rmSync(folder, { recursive: true });
  // A lane that dies before its summary must not look like a lane without failures.
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function readCounts(file: string): TestCounts {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as TestCounts;
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

const total: TestCounts = { passed: 0, failed: 0, skipped: 0 };
for (const lane of lanes) {
  if (onlyLane !== undefined && lane.name !== onlyLane) continue;
  const counts = await runLane(lane);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
const skipsFail = process.env["TEST_SKIPS"] === "fail" && total.skipped > 0;
if (skipsFail) console.log("skipped tests count as failures here (TEST_SKIPS=fail): see the lines marked # SKIP above");
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 || skipsFail ? 1 : 0;
