import { unwatchFile, watchFile } from "node:fs";

/** Often enough for a person who saves a file and looks, seldom enough to cost nothing. */
const intervalMs = 1000;

/**
 * Calls `onChange` when the file has changed. It looks at the file's state again and again: mounted configuration
 * (Kubernetes) is replaced through symbolic links, which change events on the path itself do not tell.
 * @returns a function that stops watching
 */
export function watchConfig(file: string, onChange: () => void): () => void {
  const listener = (
    now: { mtimeMs: number; ino: number; size: number },
    before: { mtimeMs: number; ino: number; size: number },
  ): void => {
    // A file that is gone for a moment is being replaced.
    if (now.size > 0 && (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino)) onChange();
  };
  watchFile(file, { interval: intervalMs, persistent: false }, listener);
  return () => unwatchFile(file, listener);
}
