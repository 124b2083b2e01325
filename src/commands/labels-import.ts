import { createReadStream, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { createCanonicaliser } from "../attributes/index.ts";
import { ConfigError, formatMistake, loadConfig } from "../../config/index.ts";
import type { Config } from "../../schemas/index.ts";
import { GatewayError, systemClock } from "../kernel/index.ts";
import { createLabels, designs } from "../labels/index.ts";
import type { IngestProgress, IngestSummary } from "../labels/index.ts";
import { openStorage, StorageRefused } from "../storage/index.ts";
import type { Command } from "./command.ts";
import { parseFlags } from "./flags.ts";
import { showProgress } from "./import-progress.ts";
import { createPreparation } from "./sample-lines.ts";

const help = `labels import FILE [--config FILE.yaml] [--source S] [--annotator A] [--design D]

Puts labels straight into the store of the configuration (storage.url), whether or not a gateway is running on it. FILE is
NDJSON, - is standard input; each line is one label, as POST /v1/labels takes it:

  {"sample_id": "shelf-7", "labels": {"type": "t-shirt", "color": "light blue", "brand": null}, "annotator": "mia"}

or a line of a samples folder, whose photo is found beside FILE and named by its hash; other members are passed over:

  {"image": "photos/001.jpg", "labels": {"type": "t-shirt", "color": "light blue"}}

A missing field is not labelled, null says that there is none. Importing again is safe: what is known is not stored twice.

  --config FILE.yaml   as for serve
  --source S           where the labels come from, for lines that do not say
  --annotator A        who says so, for lines that do not say
  --design D           ${designs.join(" | ")} (default import), for lines that do not say

Try it:  npm run gateway -- labels import samples/garments/labels.jsonl --source samples

Exit status: 0 every line was accepted, 1 a line was rejected or the store failed, 2 wrong usage.`;

const flagOptions = {
  config: { type: "string" },
  source: { type: "string" },
  annotator: { type: "string" },
  design: { type: "string" },
} as const;

/** Rejected lines that are shown; the rest is counted. */
const maxShown = 20;

export const labelsImport: Command = async (args, { stop }) => {
  const flags = parseFlags(args, flagOptions, help);
  if ("exitStatus" in flags) return flags.exitStatus;
  const { config: configFile, ...defaults } = flags.values;
  const [file, ...others] = flags.positionals;
  const mistake = findMistake(file, others, defaults);
  if (file === undefined || mistake !== null) {
    console.error(`${mistake}\n\nlabels import --help explains how to call it.`);
    return 2;
  }
  try {
    return await run(file, loadConfig({ file: configFile }), defaults, stop);
  } catch (error) {
    explain(error, file);
    return 1;
  }
};

type Defaults = Partial<Record<"source" | "annotator" | "design", string>>;

async function run(file: string, config: Config, defaults: Defaults, stop: AbortSignal): Promise<number> {
  const isStandardInput = file === "-";
  const total = isStandardInput ? null : statSync(file).size;
  const storage = await openStorage(config.storage.url, { log: quietLog });
  const { canonicalise } = createCanonicaliser();
  const labels = createLabels({ storage, canonicalise, wall: () => systemClock.wall() });
  const progress = showProgress(process.stderr, total, systemClock);
  try {
    const input = isStandardInput ? process.stdin : createReadStream(file);
    const summary = await labels.ingest(untilStopped(input, stop), {
      prepare: createPreparation({ folder: isStandardInput ? "." : dirname(file), defaults }),
      onProgress: (now: IngestProgress) => progress.update(now),
    });
    progress.end(summary);
    return report(summary, stop.aborted);
  } finally {
    progress.end();
    await storage.close();
  }
}

/** Ends the input as if it were over when the command is told to stop: what was read by then is stored. */
async function* untilStopped(input: Readable, stop: AbortSignal): AsyncGenerator<Buffer, void> {
  const stopped = new Promise<null>((resolve) => stop.addEventListener("abort", () => resolve(null), { once: true }));
  const iterator = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    while (!stop.aborted) {
      const next = await Promise.race([iterator.next(), stopped]);
      if (next === null || next.done === true) return;
      yield next.value;
    }
  } finally {
    // Standard input would keep the process alive.
    input.destroy();
  }
}

function report({ accepted, added, joined, rejected, rejectedCount }: IngestSummary, isStopped: boolean): number {
  for (const { line, error } of rejected.slice(0, maxShown)) console.error(`line ${line}: ${error}`);
  if (rejectedCount > maxShown) console.error(`… and ${rejectedCount - maxShown} more lines`);
  console.log(
    `${accepted} label(s) accepted, ${added} of them new; ${joined} of garments that are known already; ${rejectedCount} line(s) rejected.`,
  );
  if (isStopped) console.error("Stopped before the end. Import the file again to go on: nothing is stored twice.");
  return rejectedCount > 0 || isStopped ? 1 : 0;
}

function findMistake(file: string | undefined, others: readonly string[], { design }: Defaults): string | null {
  if (file === undefined) return "Name a file of labels, or - for standard input.";
  if (others.length > 0) return `unexpected ${others.join(" ")}: one file at a time`;
  if (design !== undefined && !designs.some((known) => known === design)) {
    return `--design must be one of ${designs.join(", ")}, not ${design}`;
  }
  return null;
}

function explain(error: unknown, file: string): void {
  if (error instanceof ConfigError) {
    for (const mistake of error.mistakes) console.error(formatMistake(mistake));
  } else if (error instanceof GatewayError) {
    const reason = error.cause instanceof Error ? ` (${error.cause.message})` : "";
    console.error(`${error.message}${reason}`);
  } else if (error instanceof StorageRefused) {
    console.error(error.message);
  } else {
    console.error(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Only what is wrong with the store: the command says the rest itself. */
const quietLog = {
  debug: () => {},
  info: () => {},
  warn: (_fields: object, message: string) => console.error(message),
  error: (_fields: object, message: string) => console.error(message),
};
