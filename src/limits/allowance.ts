import type { Priority } from "../kernel/index.ts";

/** What is shared out: `limit` altogether, of which each priority leaves a part of `divided` to the other. */
interface Bounds {
  limit: number;
  divided: number;
}

/** The part that bulk leaves to interactive, and the other way round: a flood of either cannot shut the other out. */
const leftToOther: Readonly<Record<Priority, number>> = { bulk: 1 / 2, interactive: 1 / 8 };

/** An amount (places, bytes) that both priorities draw from. */
export interface Allowance {
  /**
   * Whether someone who holds `own` already may have `amount` more. What is larger than its priority's part still fits
   * where it would be the only one of its priority; otherwise it could never come in.
   */
  fits(priority: Priority, amount: number, own: number): boolean;
  /** Takes an amount, or gives it back where it is negative. */
  add(priority: Priority, amount: number): void;
  readonly used: number;
}

export function createAllowance(bounds: () => Bounds): Allowance {
  const held: Record<Priority, number> = { interactive: 0, bulk: 0 };

  return {
    fits(priority, amount, own) {
      const { limit, divided } = bounds();
      if (held.interactive + held.bulk + amount > limit) return false;
      const isAlone = held[priority] === own;
      return isAlone || held[priority] + amount <= limit - Math.floor(divided * leftToOther[priority]);
    },
    add(priority, amount) {
      held[priority] += amount;
    },
    get used() {
      return held.interactive + held.bulk;
    },
  };
}
