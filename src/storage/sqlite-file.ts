import { accessSync, closeSync, constants, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StorageRefused } from "./errors.ts";

const magic = "SQLite format 3\0";

/** Creates the folder, and looks whether the file can be ours before SQLite touches it. @throws StorageRefused */
export function checkSqliteFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new StorageRefused(`storage.url sqlite:${path}: the folder cannot be created (${messageOf(error)})`, error);
  }
  // SQLite makes files beside its own, so that it needs the folder too.
  requireWritable(path, dirname(path));
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isFile())
    throw new StorageRefused(`storage.url sqlite:${path} is not a file: name one, such as ${path}/gateway.db`);
  requireWritable(path, path);
  const head = readHead(path);
  if (head === "" || head === magic) return;
  throw new StorageRefused(
    `storage.url sqlite:${path} is not a SQLite database; nothing was overwritten. Move the file away or name another one`,
  );
}

function requireWritable(path: string, place: string): void {
  try {
    accessSync(place, constants.R_OK | constants.W_OK);
  } catch (error) {
    const what = place === path ? "the file" : `the folder ${place}`;
    throw new StorageRefused(
      `storage.url sqlite:${path}: ${what} cannot be read and written by the user that runs the gateway`,
      error,
    );
  }
}

function readHead(path: string): string {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(magic.length);
      return bytes.toString("latin1", 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new StorageRefused(`storage.url sqlite:${path} cannot be read (${messageOf(error)})`, error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
