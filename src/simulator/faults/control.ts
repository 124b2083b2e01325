import { seededRandom } from "../../kernel/index.ts";
import { faultKinds, faultParameters, isFaultKind } from "./catalogue.ts";
import type { FaultKind } from "./catalogue.ts";

/** One fault that is switched on. */
export interface Fault {
  kind: FaultKind;
  /** Share of the chances at which it happens, 0..1; 1 where left out. */
  rate?: number;
  /** Seed of its own dice; 1 where left out. */
  seed?: number;
  /** How often it happens at most; no limit where left out. */
  times?: number;
  /** Numbers that shape it; `faultKinds` lists them with their defaults. */
  parameters?: Record<string, number>;
}

/** Switches faults on and off while the simulator runs. */
export interface FaultControl {
  /** Replaces all faults. Throws a TypeError that names the mistake where one is not valid. */
  set(faults: readonly Fault[]): void;
  /** The faults that are on, with every default filled in. */
  list(): Required<Fault>[];
}

/** The side of the simulator's own parts. */
export interface FaultDice extends FaultControl {
  /** Rolls for one chance of a fault: its parameters when it happens, undefined when not. */
  roll(kind: FaultKind): Readonly<Record<string, number>> | undefined;
  /** Whether a fault is on, without rolling. */
  isSet(kind: FaultKind): boolean;
  /** Switches one kind off. */
  clear(kind: FaultKind): void;
  /** Runs after every change. */
  onChange(listener: () => void): void;
}

export function createFaultDice(): FaultDice {
  const active = new Map<FaultKind, { fault: Required<Fault>; random: () => number; left: number }>();
  const listeners: (() => void)[] = [];
  const announce = (): void => listeners.forEach((listener) => listener());

  return {
    set(faults) {
      const complete = faults.map(completeFault);
      active.clear();
      for (const fault of complete)
        active.set(fault.kind, { fault, random: seededRandom(fault.seed), left: fault.times });
      announce();
    },
    list: () => [...active.values()].map(({ fault }) => fault),
    roll(kind) {
      const entry = active.get(kind);
      if (entry === undefined || entry.left <= 0 || entry.random() >= entry.fault.rate) return undefined;
      entry.left -= 1;
      return entry.fault.parameters;
    },
    isSet: (kind) => active.has(kind),
    clear(kind) {
      if (active.delete(kind)) announce();
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** Fills in defaults; what comes over HTTP is checked here, so nothing about it is trusted. */
function completeFault(given: Fault): Required<Fault> {
  const { kind, rate = 1, seed = 1, times = Number.MAX_SAFE_INTEGER, parameters = {}, ...unknown } = given;
  const [surplus] = Object.keys(unknown);
  if (surplus !== undefined) throw new TypeError(`A fault has no member ${surplus}.`);
  if (!isFaultKind(kind))
    throw new TypeError(`Unknown fault ${String(kind)}. Known: ${Object.keys(faultKinds).join(", ")}.`);
  if (typeof rate !== "number" || !(rate >= 0 && rate <= 1)) throw new TypeError(`${kind}: rate must be within 0..1.`);
  if (!Number.isInteger(seed)) throw new TypeError(`${kind}: seed must be an integer.`);
  if (!Number.isInteger(times) || times < 1) throw new TypeError(`${kind}: times must be a positive integer.`);
  const defaults = faultParameters(kind);
  for (const [name, value] of Object.entries(parameters)) {
    if (!Object.hasOwn(defaults, name))
      throw new TypeError(`${kind} has no parameter ${name}. It has: ${Object.keys(defaults).join(", ") || "none"}.`);
    if (typeof value !== "number" || !(value >= 0)) throw new TypeError(`${kind}: ${name} must be a number from 0 up.`);
  }
  return { kind, rate, seed, times, parameters: { ...defaults, ...parameters } };
}
