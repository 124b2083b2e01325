import { ConfigError, formatMistake, loadConfig, watchConfig } from "../../config/index.ts";
import type { Gateway } from "../gateway.ts";
import type { Signals } from "./command.ts";

/**
 * Reloads the configuration on SIGHUP and when its file changes: checked first, refused whole where anything is wrong.
 * @returns a function that stops watching the file
 */
export function reloadOnChange(gateway: Gateway, file: string | undefined, { onHangUp }: Signals): () => void {
  // One at a time: a file that is saved twice must not be applied in the wrong order.
  let last = Promise.resolve();
  function reload(reason: string): void {
    last = last.then(() => reloadOnce(gateway, file, reason));
  }
  onHangUp(() => reload("SIGHUP"));
  return file === undefined ? () => {} : watchConfig(file, () => reload("file changed"));
}

async function reloadOnce(
  { log, instruments, reconfigure }: Gateway,
  file: string | undefined,
  reason: string,
): Promise<void> {
  try {
    await reconfigure(loadConfig({ file }));
    instruments.configReloads.labels({ outcome: "applied" }).inc();
    log.info({ reason }, "configuration reloaded");
  } catch (error) {
    instruments.configReloads.labels({ outcome: "refused" }).inc();
    const message = "configuration refused: the old one stays in force";
    if (error instanceof ConfigError) log.error({ reason, mistakes: error.mistakes.map(formatMistake) }, message);
    // A defect of ours, and still no reason to end a process that serves.
    else log.error({ reason, err: error }, message);
  }
}
