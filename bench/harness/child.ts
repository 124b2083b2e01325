import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A process under test. */
export interface Child<Ready> {
  /** What it said when it was open. */
  ready: Ready;
  /** Asks it to close, and waits until it has. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash or the kernel does. */
  kill(): Promise<void>;
}

/** Something open in a child: what its parent must know of it, and how it is closed. */
interface Opened {
  ready: object;
  close(): Promise<void>;
}

const patienceMs = 10_000;

/**
 * Starts a module of `bench/processes` in a process of its own and waits until it is open.
 * @throws Error where it ends before that; its log says why
 */
export async function startChild<Ready>(entry: URL, setup: object, logFile: string): Promise<Child<Ready>> {
  const log = openSync(logFile, "a");
  const child = fork(fileURLToPath(entry), { stdio: ["ignore", log, log, "ipc"] });
  closeSync(log);
  const exited = once(child, "exit");
  child.send(setup);
  const ready = await Promise.race([
    once(child, "message").then(([message]) => message as Ready),
    exited.then(() => Promise.reject(new Error(`${entry.pathname} ended before it was open; see ${logFile}`))),
  ]);
  return {
    ready,
    async stop() {
      if (hasEnded(child)) return;
      child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/**
 * The other side: opens what the parent's setup asks for and tells it. Closes when the parent lets go of it or has died, so
 * that nothing outlives a bench.
 */
export async function runChild(open: (setup: unknown) => Promise<Opened>): Promise<void> {
  const [setup] = (await once(process, "message")) as [unknown];
  const gone = once(process, "disconnect");
  const opened = await open(setup);
  process.send?.(opened.ready);
  await gone;
  await opened.close();
}
