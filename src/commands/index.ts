/** The command line: each command parses its flags, opens what it needs, runs and closes. */
import { checkConfig } from "./check-config.ts";
import type { Command } from "./command.ts";
import { serve } from "./serve.ts";
import { simulate } from "./simulate.ts";

export const commands: readonly Command[] = [serve, simulate, checkConfig];

export type { Command } from "./command.ts";
