import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** A command that runs as a process of its own. */
export interface Run {
  process: ChildProcess;
  output: () => string;
  exit: Promise<number | null>;
}

/** Starts `node src/main.ts ARGS`; it is ended with the test at the latest. */
export function run(t: TestContext, args: string[], environment: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, ["src/main.ts", ...args], {
    // A store of its own: tests must not meet in the folder's data.
    env: { ...process.env, ...(args[0] === "serve" && { GATEWAY__STORAGE__URL: "sqlite::memory:" }), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.on("close", resolve));
  t.after(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  return { process: child, output: () => output, exit };
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}
