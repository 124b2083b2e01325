import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./gateway-process.ts";

/** A Postgres server of the test's own, on a free loopback port, with its data in a temporary folder. */
export interface PostgresServer {
  /** Creates an empty database. */
  createDatabase(): Promise<string>;
  /** Ends the server at once, as a crash of its machine would. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends the server and removes its data. */
  remove(): Promise<void>;
}

const binFolder = findBinaries();

/** Why there is no server; false where one can be started. */
export const postgresIsMissing: string | false =
  binFolder === undefined &&
  "NO POSTGRES SERVER FOUND: half of the storage suite does not run. Install one: apt-get install postgresql";

/** The newest of Debian's, or whatever is on the path. */
function findBinaries(): string | undefined {
  const debian = globSync("/usr/lib/postgresql/*/bin").sort((a, b) => versionOf(b) - versionOf(a));
  return [...debian, ...(process.env["PATH"] ?? "").split(":")].find(
    (folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")),
  );
}

function versionOf(folder: string): number {
  return Number(folder.split("/")[4]);
}

/** Starts a server. It refuses to run as root, so then it runs as `postgres`, or as `nobody`. */
export async function startPostgres(wanted?: { port: number }): Promise<PostgresServer> {
  if (binFolder === undefined) throw new Error(String(postgresIsMissing));
  const bin = binFolder;
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-postgres-"));
  const user = process.getuid?.() === 0 ? unprivileged() : undefined;
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const environment = { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" };
  const options = { cwd: folder, env: environment, ...user };
  execFileSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"],
    { ...options, stdio: ["ignore", "ignore", "inherit"] },
  );
  const port = wanted?.port ?? (await freePort());
  let server: ChildProcess | undefined;
  let databases = 0;

  function psql(statement: string): string {
    return execFileSync(join(bin, "psql"), [`postgres://postgres@127.0.0.1:${port}/postgres`, "-Atqc", statement], {
      ...options,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      // Whoever else may have got this port must not hold the test up for ever.
      timeout: 10_000,
    }).trim();
  }

  async function start(): Promise<void> {
    const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=60"];
    const starting = spawn(
      join(bin, "postgres"),
      ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
      { ...options, stdio: "ignore" },
    );
    server = starting;
    try {
      await untilOurs(starting);
    } catch (error) {
      await stop();
      throw error;
    }
  }

  /** Another server may have got the port between its choice and now, and answers as well. */
  async function untilOurs(starting: ChildProcess): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        const found = psql("show data_directory");
        if (found !== data) throw new Error(`port ${port} is another server's: ${found}`);
        return;
      } catch (error) {
        if (tries >= 200 || hasEnded(starting)) throw error;
        await delay(50);
      }
    }
  }

  async function stop(): Promise<void> {
    const stopping = server;
    server = undefined;
    if (stopping === undefined || hasEnded(stopping)) return;
    const exit = new Promise((resolve) => stopping.once("exit", resolve));
    stopping.kill("SIGQUIT");
    await exit;
  }

  try {
    await start();
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  return {
    async createDatabase() {
      databases += 1;
      psql(`create database test_${databases}`);
      return `postgres://postgres@127.0.0.1:${port}/test_${databases}`;
    },
    stop,
    start,
    async remove() {
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** By itself, or by a signal. */
function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function unprivileged(): { uid: number; gid: number } {
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const [, , uid, gid] = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
