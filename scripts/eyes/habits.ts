import type { Habits } from "../../src/simulator/eyes/model.ts";

/** How strongly all types together count against a type's own few examples. */
const shrinkage = 2;

/** How often each value goes with each type, drawn towards how often it occurs among all types of the same kind. */
export function countHabits(
  pairs: readonly { type: string; kind: string; value: string | null }[],
  types: readonly string[],
  kindOf: (type: string) => string,
): Habits {
  const round = (chance: number) => Math.round(chance * 1000) / 1000;
  return Object.fromEntries(
    types.map((type) => {
      const related = pairs.filter((pair) => pair.kind === kindOf(type));
      const own = related.filter((pair) => pair.type === type);
      const values = [...new Set(related.map((pair) => pair.value))].toSorted((a, b) =>
        String(a) < String(b) ? -1 : 1,
      );
      const chances = values.map((value): [string | null, number] => {
        const count = own.filter((pair) => pair.value === value).length;
        const usual = related.filter((pair) => pair.value === value).length / related.length;
        return [value, round((count + shrinkage * usual) / (own.length + shrinkage))];
      });
      return [type, chances.filter(([, chance]) => chance >= 0.005)];
    }),
  );
}
