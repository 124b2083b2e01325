/** The command line: each command parses its flags, opens what it needs, runs and closes. Only the one that runs is loaded. */
import type { Command } from "./command.ts";

interface CommandEntry {
  /** One word, or several. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  load(): Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  { name: "serve", summary: "start the gateway", load: async () => (await import("./serve.ts")).serve },
  {
    name: "simulate",
    summary: "start a stand-alone vLLM look-alike, to try things without a GPU",
    load: async () => (await import("./simulate.ts")).simulate,
  },
  {
    name: "check-config",
    summary: "explain every mistake in a configuration",
    load: async () => (await import("./check-config.ts")).checkConfig,
  },
  {
    name: "eval",
    summary: "score a labelled folder of photos against a running gateway",
    load: async () => (await import("./eval.ts")).evaluate,
  },
  {
    name: "labels import",
    summary: "put a file of labels into the store",
    load: async () => (await import("./labels-import.ts")).labelsImport,
  },
];
