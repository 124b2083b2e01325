import { ConfigError, formatMistake, inertKeys, loadConfig } from "../../config/index.ts";
import type { Command } from "./command.ts";
import { parseFlags } from "./flags.ts";

const help = `check-config [--config FILE.yaml]

Reads the configuration as \`serve\` would (config/default.yaml, FILE.yaml, GATEWAY__… variables) and prints every
mistake on a line of its own: where it is, what was found, what is expected.

Exit status: 0 the configuration is good, 1 it has mistakes, 2 wrong usage.`;

export const checkConfig: Command = async (args) => {
  const flags = parseFlags(args, { config: { type: "string" } }, help);
  if ("exitStatus" in flags) return flags.exitStatus;
  try {
    const config = loadConfig({ file: flags.values.config });
    const backends = config.backends === "embedded" ? "the embedded simulator" : `${config.backends.length} backend(s)`;
    if (inertKeys.length > 0) console.log(`Accepted, and without effect in this version: ${inertKeys.join(", ")}.`);
    for (const notice of config.notices) console.log(`${notice}.`);
    console.log(`The configuration is good: ${backends}, ${config.server.host}:${config.server.port}.`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const mistake of error.mistakes) console.error(formatMistake(mistake));
    console.error(`${error.mistakes.length} mistake(s). docs/configuration.md explains every key.`);
    return 1;
  }
};
