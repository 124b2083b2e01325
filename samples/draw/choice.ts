import { seededRandom } from "../../src/kernel/index.ts";
import type { Random } from "../../src/kernel/index.ts";

/** A source of its own for each (seed, index, stream), so that one garment's details never shift another's. */
export function streamOf(seed: number, index: number, stream: number): Random {
  return seededRandom(
    Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35),
  );
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

export function pick<T>(random: Random, options: readonly T[]): T {
  const option = options[Math.floor(random() * options.length)];
  if (option === undefined) throw new RangeError("nothing to pick from");
  return option;
}

/**
 * Picks with a memory: the option that is furthest behind its share comes next, with some chance in it. Rare words
 * appear early that way, where plain chance would leave gaps in a small set; and what comes later never changes what
 * came before, so a small set is the start of every larger one.
 */
export function createBalancedPick(): <T extends string>(
  random: Random,
  options: readonly T[],
  weightOf?: (option: T) => number,
) => T {
  const used = new Map<string, number>();
  return (random, options, weightOf = () => 1) => {
    const ranked = options
      .map((option) => ({
        option,
        score: (weightOf(option) / ((used.get(option) ?? 0) + 1)) * between(random, 0.7, 1.3),
      }))
      .sort((a, b) => b.score - a.score);
    const best = ranked[0];
    if (best === undefined) throw new RangeError("nothing to pick from");
    used.set(best.option, (used.get(best.option) ?? 0) + 1);
    return best.option;
  };
}
