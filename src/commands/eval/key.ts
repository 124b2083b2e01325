import { readFileSync } from "node:fs";

/** The API key that a file holds. Never printed. @throws Error with the path */
export function readSecret(path: string): string {
  let key = "";
  try {
    key = readFileSync(path, "utf8").trim();
  } catch {
    throw new Error(`${path} cannot be read: --key-file names a file that holds an API key.`);
  }
  if (key === "") throw new Error(`${path} is empty: --key-file names a file that holds an API key.`);
  return key;
}
