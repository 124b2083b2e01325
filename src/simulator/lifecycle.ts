import type { Clock } from "../kernel/index.ts";
import type { Listener } from "./http/listener.ts";
import type { FaultDice } from "./faults/control.ts";
import { engineDead } from "./protocol/wire-error.ts";

/** The life of the server process: it can die, be away and come back without its caches. */
export interface Lifecycle {
  readonly isHealthy: boolean;
  /** Rolls for the engine's death, once a chat call. */
  riskDeath(): void;
  /** Throws vLLM's EngineDeadError while the engine is dead. */
  checkEngine(): void;
  close(): Promise<void>;
}

interface LifecycleParts {
  clock: Clock;
  listener: Listener;
  dice: FaultDice;
  /** Fails everything in flight. */
  abortEngine: (reason: Error) => void;
  clearCaches: () => void;
}

export function startLifecycle({ clock, listener, dice, abortEngine, clearCaches }: LifecycleParts): Lifecycle {
  let isHealthy = true;
  let isClosed = false;
  let cancelDeath = (): void => {};
  let cancelRefusal = (): void => {};
  // Going away and coming back take turns, in the order in which they were decided.
  let turn = Promise.resolve();

  function follow(move: () => Promise<void>): void {
    turn = turn.then(() => (isClosed ? undefined : move()));
  }

  function die({ dying_ms, down_ms }: Readonly<Record<string, number>>): void {
    isHealthy = false;
    abortEngine(engineDead());
    cancelDeath = clock.after(dying_ms ?? 0, () => {
      follow(() => listener.goAway());
      cancelDeath = clock.after(down_ms ?? 0, () => {
        clearCaches();
        isHealthy = true;
        if (!dice.isSet("refuse-connections")) follow(() => listener.comeBack());
      });
    });
  }

  dice.onChange(() => {
    cancelRefusal();
    const refusal = dice.list().find(({ kind }) => kind === "refuse-connections");
    if (refusal === undefined) {
      if (isHealthy) follow(() => listener.comeBack());
      return;
    }
    follow(() => listener.goAway());
    const durationMs = refusal.parameters["duration_ms"] ?? 0;
    if (durationMs > 0) cancelRefusal = clock.after(durationMs, () => dice.clear("refuse-connections"));
  });

  return {
    get isHealthy() {
      return isHealthy;
    },
    riskDeath() {
      const parameters = isHealthy ? dice.roll("engine-death") : undefined;
      if (parameters !== undefined) die(parameters);
    },
    checkEngine() {
      if (!isHealthy) throw engineDead();
    },
    async close() {
      isClosed = true;
      cancelDeath();
      cancelRefusal();
      await turn;
      await listener.goAway();
    },
  };
}
