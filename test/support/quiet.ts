import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

/** What keeps the process alive besides files and standard streams: sockets, servers, timers, immediates. */
export function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    if (/^(TCP|TLS|Pipe|Timeout|Immediate|Worker|FSReq)/.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * Asserts that nothing is left over: every given count (in-flight calls, open sockets, waiting requests …) is 0, and the
 * process holds no more sockets, servers and timers than in `before`, which `activeResources()` took at the start of the
 * test. Sockets need a few turns of the event loop to close, so it looks again for up to two seconds before it fails.
 */
export async function assertQuiet(
  before: ReadonlyMap<string, number>,
  counts: Readonly<Record<string, () => number>> = {},
): Promise<void> {
  let leftovers = findLeftovers(before, counts);
  for (let tries = 0; leftovers.length > 0 && tries < 200; tries += 1) {
    await delay(10);
    leftovers = findLeftovers(before, counts);
  }
  assert.deepEqual(leftovers, [], "something is still open");
}

function findLeftovers(before: ReadonlyMap<string, number>, counts: Readonly<Record<string, () => number>>): string[] {
  const leftovers = Object.entries(counts)
    .filter(([, count]) => count() !== 0)
    .map(([name, count]) => `${name}: ${count()}`);
  for (const [name, count] of activeResources()) {
    const more = count - (before.get(name) ?? 0);
    if (more > 0) leftovers.push(`${name}: ${more} more than at the start`);
  }
  return leftovers;
}
