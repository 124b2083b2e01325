import type { Findings, Scenario } from "../scenarios/scenario.ts";
import type { Sample } from "../traffic/client.ts";
import { outcomes } from "../traffic/reply.ts";
import type { WatchRecord } from "../watch/watch.ts";
import { countBy } from "./measure.ts";
import { judgeMemory } from "./memory.ts";

/** Something that holds in every sound run, whatever the load. */
export interface Invariant {
  name: string;
  /** `unjudged`: this run could not tell. */
  verdict: "holds" | "violated" | "unjudged";
  /** What was looked at, in figures. */
  evidence: string;
}

export interface RunRecord {
  samples: readonly Sample[];
  watch: WatchRecord;
  scenario: Scenario;
  findings: Findings;
  /** Nobody else calls the gateway. */
  isOwn: boolean;
}

export function judgeInvariants(run: RunRecord): Invariant[] {
  return [
    judgeEndings(run),
    judgeIds(run.samples),
    judgeForeign(run.samples),
    judgeCounters(run),
    judgeInFlight(run.watch),
    judgeServerErrors(run),
    ...judgeMemory(run.watch.during, run.scenario.isMemoryJudged === true),
  ];
}

function judge(name: string, holds: boolean, evidence: string): Invariant {
  return { name, verdict: holds ? "holds" : "violated", evidence };
}

/** Connections that broke are an ending too, but one in which an answer may be lost. */
function judgeEndings({ samples }: RunRecord): Invariant {
  const counts = countBy(samples, ({ outcome }) => outcome);
  const silent = samples.filter(({ status, outcome }) => status === 0 && outcome !== "unsent");
  const listed = outcomes.map((outcome) => `${counts[outcome] ?? 0} ${outcome}`).join(", ");
  const lost = silent.length === 0 ? "" : `; without an answer: ${formatCounts(countBy(silent, ({ code }) => code))}`;
  return judge("every request has one answer", silent.length === 0, `${samples.length} requests: ${listed}${lost}`);
}

/** An id stands for one answer; requests with the same Idempotency-Key share theirs, and all of them the same. */
function judgeIds(samples: readonly Sample[]): Invariant {
  const owners = new Map<string, string>();
  const idsOfKeys = new Map<string, string>();
  let doubled = 0;
  let split = 0;
  samples.forEach(({ id, idempotencyKey }, at) => {
    if (id === null) return;
    const owner = idempotencyKey ?? `request ${at}`;
    if (owners.has(id) && owners.get(id) !== owner) doubled += 1;
    owners.set(id, owner);
    if (idempotencyKey === null) return;
    if (idsOfKeys.has(idempotencyKey) && idsOfKeys.get(idempotencyKey) !== id) split += 1;
    idsOfKeys.set(idempotencyKey, id);
  });
  const evidence = `${owners.size} ids, ${doubled} given to two requests, ${split} Idempotency-Keys with two answers`;
  return judge("no answer is doubled", doubled + split === 0, evidence);
}

function judgeForeign(samples: readonly Sample[]): Invariant {
  const strange = samples.filter(({ code }) => code.startsWith("foreign_") || code === "not_nine_attributes");
  const evidence = `request id, sample_id and image hashes compared: ${formatCounts(countBy(strange, ({ code }) => code)) || "all as sent"}`;
  return judge("no answer is another request's", strange.length === 0, evidence);
}

/** The gateway's own count of answers by status, against ours. */
function judgeCounters({ samples, watch: { before, after }, isOwn }: RunRecord): Invariant {
  const name = "the gateway counts what we count";
  if (before === null || after === null) return { name, verdict: "unjudged", evidence: "/metrics cannot be read" };
  if (!isOwn) return { name, verdict: "unjudged", evidence: "others may be calling this gateway" };
  const answered = samples.filter(({ status }) => status > 0);
  const ours = countBy(answered, ({ status }) => String(status));
  const differences = [...new Set([...Object.keys(ours), ...Object.keys(after.ended)])].flatMap((status) => {
    const theirs = (after.ended[status] ?? 0) - (before.ended[status] ?? 0);
    const own = ours[status] ?? 0;
    return theirs === own ? [] : [`${status}: ${theirs} there, ${own} here`];
  });
  const evidence = differences.length === 0 ? `by status: ${formatCounts(ours)}` : differences.join("; ");
  return judge(name, differences.length === 0, evidence);
}

function judgeInFlight({ after }: WatchRecord): Invariant {
  const name = "in flight is back to 0";
  if (after === null) return { name, verdict: "unjudged", evidence: "/metrics cannot be read" };
  const { requestsInFlight, backendInFlight } = after;
  const evidence = `${requestsInFlight} requests, ${backendInFlight} backend calls`;
  return judge(name, requestsInFlight + backendInFlight === 0, evidence);
}

/** Sheds are no failures; an expired request is one unless the load was meant to be too much; `internal` always is one. */
function judgeServerErrors({ samples, scenario, findings }: RunRecord): Invariant {
  const [from, until] = findings.faultsBetween ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const isExcused = ({ outcome, code, sentAt, endedAt }: Sample): boolean =>
    outcome === "shed" ||
    (outcome === "expired" && scenario.isBeyondCapacity === true) ||
    (code !== "internal" && endedAt >= from && sentAt <= until);
  const errors = samples.filter(({ status }) => status >= 500);
  const bare = errors.filter((sample) => !isExcused(sample));
  const evidence =
    bare.length > 0
      ? formatCounts(countBy(bare, ({ code }) => code))
      : `${errors.length} answers of 5xx, all of them sheds${scenario.isBeyondCapacity === true ? ", expired" : ""} or injected`;
  return judge("no 5xx but sheds and injected faults", bare.length === 0, evidence);
}

function formatCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}
