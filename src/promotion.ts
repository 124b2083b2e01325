import type { Backend, Fleet } from "./backends/index.ts";
import { defineError } from "./kernel/index.ts";
import type { Clock } from "./kernel/index.ts";
import type { Shadow } from "./shadow/index.ts";
import { orOverloaded, StorageUnavailable } from "./storage/index.ts";
import type { Log } from "./telemetry/index.ts";
import { errorCatalogue, tierNames } from "../schemas/index.ts";
import type { BackendConfig, ShadowChange, ShadowDecided, ShadowDecision } from "../schemas/index.ts";

/** A decision as the record keeps it: which build serves from then on, and which is only mirrored to. */
export interface RecordedDecision {
  seq: number;
  kind: "promote" | "rollback";
  serves: string;
  mirrored: string;
}

interface DecisionRecord {
  /**
   * Appends a decision; a promotion only where the verdict allows it, or `override` says so.
   * @throws GatewayError request_invalid
   */
  append(decision: ShadowDecision & Omit<RecordedDecision, "seq"> & { actor: string }): Promise<{ seq: number }>;
  newest(): Promise<RecordedDecision | null>;
  note(kind: string, actor: string, body: object): Promise<unknown>;
}

interface Parts {
  fleet: Fleet;
  /** A backend as the configuration has it, whatever has been changed since. */
  configured: (id: string) => BackendConfig | undefined;
  /** The comparison as the configuration has it. */
  configuredPair: () => { baseline: string; candidate: string };
  shadow: Shadow;
  record: DecisionRecord;
  clock: Clock;
  log: Log;
}

/** What people decide about the builds: it acts at once, is recorded, and holds over restarts, reloads and replicas. */
export interface Promotion {
  /** @throws GatewayError request_invalid for backends that are unknown, the same, or bound by a promotion */
  changeShadow(change: ShadowChange, actor: string): Promise<void>;
  /** @throws GatewayError request_invalid where the verdict, or the state, does not allow it */
  decide(kind: "promote" | "rollback", decision: ShadowDecision, actor: string): Promise<ShadowDecided>;
  /** The configuration has been reloaded, and the backends are as it has them. */
  reapply(): void;
  close(): Promise<void>;
}

const requestInvalid = defineError(errorCatalogue.request_invalid);

/** Other replicas take a decision over within this time. */
const followEveryMs = 5000;

export function createPromotion({ fleet, configured, configuredPair, shadow, record, clock, log }: Parts): Promotion {
  /** Who serves in whose place; null while there is no promotion. */
  let promoted: { serves: string; mirrored: string } | null = null;
  let known = 0;
  let isClosed = false;
  let cancel = clock.after(0, tick);
  /** One thing at a time: what is decided rests on what was decided before. */
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  function tick(): void {
    void inTurn(follow)
      .catch((error: unknown) => {
        if (!(error instanceof StorageUnavailable)) log.error({ err: error }, "the record could not be read");
      })
      .finally(() => {
        if (!isClosed) cancel = clock.after(followEveryMs, tick);
      });
  }

  const find = (id: string): Backend | undefined => fleet.backends.find((backend) => backend.id === id);

  /** Lets one backend take over the other's callers, who is only mirrored to from then on. False where one of them is gone. */
  function apply({ serves, mirrored }: { serves: string; mirrored: string }): boolean {
    const [next, former] = [configured(serves), configured(mirrored)];
    if (next === undefined || former === undefined) return false;
    const tiers = tierNames.filter((tier) => former.tiers.includes(tier) || next.tiers.includes(tier));
    find(serves)?.setAdmin({ role: "live", tiers, weight: Math.max(former.weight, next.weight) });
    find(mirrored)?.setAdmin({ role: "shadow" });
    return true;
  }

  function promote(decision: { serves: string; mirrored: string }): boolean {
    if (!apply(decision)) return false;
    promoted = { serves: decision.serves, mirrored: decision.mirrored };
    shadow.change({ baseline: decision.serves, candidate: decision.mirrored });
    return true;
  }

  /** Both are again what the configuration says. */
  function undo({ serves, mirrored }: { serves: string; mirrored: string }): void {
    for (const id of [serves, mirrored]) {
      const config = configured(id);
      if (config !== undefined) {
        find(id)?.setAdmin({ role: config.role, tiers: config.tiers, weight: config.weight });
      }
    }
    promoted = null;
    shadow.change({ baseline: mirrored, candidate: serves });
  }

  async function follow(): Promise<void> {
    const newest = await record.newest();
    if (newest === null || newest.seq <= known) return;
    known = newest.seq;
    if (newest.kind === "rollback") {
      if (promoted !== null && promoted.serves === newest.mirrored) undo(promoted);
      return;
    }
    const { baseline, candidate } = shadow.settings;
    // Where the configuration has it the new way round already, there is nothing left to do.
    if (promoted !== null || baseline !== newest.mirrored || candidate !== newest.serves) return;
    if (promote(newest)) {
      log.warn(
        { serves: newest.serves, mirrored: newest.mirrored, audit_seq: newest.seq },
        "an earlier promotion is in force; write it into the configuration, or undo it with POST /admin/shadow/rollback",
      );
    }
  }

  function checkChange(change: Omit<ShadowChange, "replay">): void {
    const next = { ...shadow.settings, ...change };
    for (const role of ["baseline", "candidate"] as const) {
      if (find(next[role]) === undefined) {
        throw requestInvalid(`No backend has the id that \`${role}\` names. GET /admin/backends lists them.`, {
          errors: [{ path: role, message: "must be the id of a backend" }],
        });
      }
      if (promoted !== null && next[role] !== shadow.settings[role]) {
        throw requestInvalid("A promotion is in force. Undo it first: POST /admin/shadow/rollback.", {
          errors: [{ path: role, message: `must stay ${shadow.settings[role]} while the promotion holds` }],
        });
      }
    }
    if (next.baseline === next.candidate) {
      throw requestInvalid("A build cannot be compared with itself: name another candidate.", {
        errors: [{ path: "candidate", message: "must be another backend than the baseline" }],
      });
    }
  }

  async function decideNow(
    kind: "promote" | "rollback",
    decision: ShadowDecision,
    actor: string,
  ): Promise<ShadowDecided> {
    const { baseline, candidate } = shadow.settings;
    if (kind === "promote" && promoted !== null) {
      throw requestInvalid(`${baseline} is promoted already. POST /admin/shadow/rollback undoes it.`);
    }
    if (kind === "rollback" && promoted === null) throw requestInvalid("There is no promotion to undo.");
    const state = find(candidate)?.state;
    if (kind === "promote" && state !== "ready") {
      throw requestInvalid(
        `${candidate} cannot serve now: it is ${state ?? "no backend of this gateway"}. GET /admin/backends says why.`,
      );
    }
    const change = promoted ?? { serves: candidate, mirrored: baseline };
    const swap = kind === "promote" ? change : { serves: change.mirrored, mirrored: change.serves };
    const { seq } = await record.append({ ...decision, kind, actor, ...swap });
    known = Math.max(known, seq);
    if (kind === "promote") promote(change);
    else undo(change);
    log.warn({ decision: kind, actor, ...swap, audit_seq: seq }, "a person has decided");
    return { kind, baseline: swap.serves, candidate: swap.mirrored, audit_seq: seq };
  }

  return {
    changeShadow: ({ replay, ...change }, actor) =>
      inTurn(async () => {
        checkChange(change);
        // At once, whatever becomes of the record: it is the switch for when something is wrong.
        shadow.change({ ...change, ...(replay && { replay: { ...shadow.settings.replay, ...replay } }) });
        const body = { change: { ...change, ...(replay && { replay }) } };
        await record.note("shadow_changed", actor, body).catch((error: unknown) => {
          if (!(error instanceof StorageUnavailable)) throw error;
          log.warn({ actor, ...body }, "the mirror was changed, and the store is away: the record does not have it");
        });
      }),
    decide: (kind, decision, actor) => inTurn(() => orOverloaded(decideNow(kind, decision, actor))),
    reapply() {
      if (promoted === null) return;
      const { serves, mirrored } = promoted;
      const { baseline, candidate } = configuredPair();
      if (baseline === mirrored && candidate === serves && promote(promoted)) return;
      promoted = null;
      const isWrittenDown = baseline === serves && candidate === mirrored;
      const what = isWrittenDown
        ? "the configuration has taken a promotion over"
        : "the configuration ends a promotion";
      log.warn({ serves, mirrored }, `${what}: roles, tiers and weights are as it says`);
    },
    async close() {
      isClosed = true;
      cancel();
      await last;
    },
  };
}
