// Runs before every npm script, under whatever Node the machine has (>= 20), so it is plain JavaScript.
// It installs the locked dependencies, the pinned Node 24 among them, only when they are missing or out of date.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stampFile = `${root}node_modules/.garment-gateway-setup`;
const wanted = createHash("sha256")
  .update(readFileSync(`${root}package-lock.json`))
  .update(`${process.platform}-${process.arch}`)
  .digest("hex");
const found = existsSync(stampFile) ? readFileSync(stampFile, "utf8") : "";

if (found !== wanted) {
  console.error("setup: installing the locked dependencies (once, about a minute) …");
  // npm_execpath is npm's own script; started by hand (node scripts/setup.mjs) it is missing, and npm is on the PATH.
  const npm = process.env.npm_execpath;
  const command = npm ? [process.execPath, npm] : ["npm"];
  // Errors only: npm warns of packages that want a newer Node than the one it runs under, and they run under the pinned one.
  const run = spawnSync(command[0], [...command.slice(1), "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.status !== 0) {
    console.error("setup: `npm ci` failed; see its message above. Is the npm registry within reach?");
    process.exit(1);
  }
  writeFileSync(stampFile, wanted);
}

const pinned = `${root}node_modules/.bin/node`;
const version = existsSync(pinned)
  ? spawnSync(pinned, ["--version"], { encoding: "utf8" }).stdout.trim()
  : process.version;
if (Number(version.slice(1).split(".")[0]) < 24) {
  console.error(
    `setup: garment-gateway runs on Node 24, but ${version} is what it found, and no pinned Node 24 exists for ` +
      `${process.platform}-${process.arch}. Install Node 24 (https://nodejs.org) and run the command again.`,
  );
  process.exit(1);
}
