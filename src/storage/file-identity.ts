import { statSync } from "node:fs";

/** Which file is at a path, so that another one is told from it; null where there is none, or none that can be seen. */
export function identifyFile(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
