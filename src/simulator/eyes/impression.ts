import type { Guess, Impression } from "../sighting.ts";

const mostAlternatives = 5;

export type Odds = Map<string | null, number>;

/** The likeliest value and its runners-up. */
export function decide(odds: Odds): Impression {
  let best: Guess = { value: null, probability: 0 };
  for (const [value, probability] of odds) if (probability > best.probability) best = { value, probability };
  return choose(odds, best.value);
}

/**
 * A given value and its runners-up. No runner-up is shown likelier than the choice: a model that answers greedily never
 * shows one.
 */
export function choose(odds: Odds, value: string | null): Impression {
  const probability = odds.get(value) ?? 0;
  const alternatives = [...odds]
    .filter(([other]) => other !== value)
    .map(([other, chance]) => ({ value: other, probability: Math.min(chance, probability) }))
    .toSorted((a, b) => b.probability - a.probability)
    .slice(0, mostAlternatives);
  return { value, probability, alternatives };
}

/** Decides on a group first and then within it: six words for tops must not lose to one for skirts by splitting the vote. */
export function decideWithin(
  odds: Odds,
  groups: ReadonlyMap<string, number>,
  groupOf: (value: string) => string,
): Impression {
  let group = "";
  for (const [name, chance] of groups) if (chance > (groups.get(group) ?? 0)) group = name;
  const inside: Odds = new Map([...odds].filter(([value]) => value !== null && groupOf(value) === group));
  return choose(odds, decide(inside).value);
}

/** Chances of members out of chances of groups and of members among all members. */
export function spreadWithin(
  groups: ReadonlyMap<string, number>,
  members: ReadonlyMap<string, number>,
  groupOf: (value: string) => string,
): Odds {
  const totals = new Map<string, number>();
  for (const [value, chance] of members) totals.set(groupOf(value), (totals.get(groupOf(value)) ?? 0) + chance);
  return new Map(
    [...members].map(([value, chance]) => {
      const group = groupOf(value);
      return [value, ((groups.get(group) ?? 0) * chance) / (totals.get(group) ?? 1)];
    }),
  );
}
