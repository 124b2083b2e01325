import { parseArgs } from "node:util";
import type { ParseArgsConfig } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Parsed flags, or the exit status of a command that has already said everything (help, wrong usage). */
type Flags<T extends Options> =
  | { values: ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>["values"]; positionals: string[] }
  | { exitStatus: 0 | 2 };

/** Parses a command's flags; prints the help for --help, and the mistake with the help for anything unknown. */
export function parseFlags<const T extends Options>(args: string[], options: T, help: string): Flags<T> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(help);
    return { exitStatus: 0 };
  }
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    return { exitStatus: 2 };
  }
}
