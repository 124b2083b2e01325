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

interface Record {
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
  shadow: Shadow;
  record: Record;
  clock: Clock;
  log: Log;
}

/** What people decide about the builds: it acts at once, is recorded, and holds over restarts and replicas. */
export interface Promotion {
  /** @throws GatewayError request_invalid for backends that are unknown or the same */
  changeShadow(change: ShadowChange, actor: string): Promise<void>;
  /** @throws GatewayError request_invalid where the verdict, or the state, does not allow it */
  decide(kind: "promote" | "rollback", decision: ShadowDecision, actor: string): Promise<ShadowDecided>;
  /** Takes over what the record says, where this process does not do so yet. */
  follow(): Promise<void>;
  close(): void;
}

const requestInvalid = defineError(errorCatalogue.request_invalid);

/** Other replicas take a decision over within this time. */
const followEveryMs = 5000;

export function createPromotion({ fleet, shadow, record, clock, log }: Parts): Promotion {
  /** The two builds as the configuration has them, from the promotion on; null while there is none. */
  let before: { baseline: BackendConfig; candidate: BackendConfig } | null = null;
  let known = 0;
  let cancel = clock.after(0, tick);
  let isClosed = false;

  function tick(): void {
    void follow()
      .catch((error: unknown) => {
        if (!(error instanceof StorageUnavailable)) log.error({ err: error }, "the record could not be read");
      })
      .finally(() => {
        if (!isClosed) cancel = clock.after(followEveryMs, tick);
      });
  }

  const find = (id: string): Backend | undefined => fleet.backends.find((backend) => backend.id === id);

  /** Lets `serves` take over the other one's callers; the other one is only mirrored to. */
  function apply({ serves, mirrored }: Pick<RecordedDecision, "serves" | "mirrored">): boolean {
    const next = find(serves);
    const former = find(mirrored);
    if (next === undefined || former === undefined) return false;
    before = { baseline: former.config, candidate: next.config };
    const tiers = tierNames.filter((tier) => former.config.tiers.includes(tier) || next.config.tiers.includes(tier));
    next.setAdmin({ role: "live", tiers, weight: Math.max(former.config.weight, next.config.weight) });
    former.setAdmin({ role: "shadow" });
    shadow.change({ baseline: serves, candidate: mirrored });
    return true;
  }

  function undo(): void {
    if (before === null) return;
    const { baseline, candidate } = before;
    for (const { id, role, tiers, weight } of [baseline, candidate]) find(id)?.setAdmin({ role, tiers, weight });
    shadow.change({ baseline: baseline.id, candidate: candidate.id });
    before = null;
  }

  async function follow(): Promise<void> {
    const newest = await record.newest();
    if (newest === null || newest.seq <= known) return;
    known = newest.seq;
    const { baseline, candidate } = shadow.settings;
    if (newest.kind === "rollback") {
      if (before !== null && baseline === newest.mirrored) undo();
      return;
    }
    // Where the configuration has it the new way round already, there is nothing left to do.
    if (before !== null || baseline !== newest.mirrored || candidate !== newest.serves) return;
    if (apply(newest)) {
      log.warn(
        { serves: newest.serves, mirrored: newest.mirrored, audit_seq: newest.seq },
        "an earlier promotion is in force; write it into the configuration, or undo it with POST /admin/shadow/rollback",
      );
    }
  }

  return {
    follow,
    async changeShadow({ replay, ...change }, actor) {
      const next = { ...shadow.settings, ...change };
      for (const role of ["baseline", "candidate"] as const) {
        if (find(next[role]) === undefined) {
          throw requestInvalid(`No backend has the id that \`${role}\` names. GET /admin/backends lists them.`, {
            errors: [{ path: role, message: "must be the id of a backend" }],
          });
        }
      }
      if (next.baseline === next.candidate) {
        throw requestInvalid("A build cannot be compared with itself: name another candidate.", {
          errors: [{ path: "candidate", message: "must be another backend than the baseline" }],
        });
      }
      await orOverloaded(record.note("shadow_changed", actor, { change: { ...change, ...(replay && { replay }) } }));
      shadow.change({ ...change, ...(replay && { replay: { ...shadow.settings.replay, ...replay } }) });
    },
    async decide(kind, decision, actor) {
      const { baseline, candidate } = shadow.settings;
      if (kind === "promote" && before !== null) {
        throw requestInvalid(`${baseline} is promoted already. POST /admin/shadow/rollback undoes it.`);
      }
      if (kind === "rollback" && before === null) {
        throw requestInvalid("There is no promotion to undo.");
      }
      const { seq } = await record.append({ ...decision, kind, actor, serves: candidate, mirrored: baseline });
      known = Math.max(known, seq);
      if (kind === "promote") apply({ serves: candidate, mirrored: baseline });
      else undo();
      log.warn(
        { decision: kind, actor, serves: candidate, mirrored: baseline, audit_seq: seq },
        "a person has decided",
      );
      return { kind, baseline: candidate, candidate: baseline, audit_seq: seq };
    },
    close() {
      isClosed = true;
      cancel();
    },
  };
}
