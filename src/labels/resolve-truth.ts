import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import { keyKinds } from "./label.ts";
import type { Design, LabelledFields, StoredLabel } from "./label.ts";

/** The form of a field's value that is the same for all spellings of it; the attributes room makes it. */
export type Canonicalise = (field: FieldName, value: string | null) => string | null;

/** What the resolving looks at in a label. */
export type Vote = Pick<StoredLabel, "id" | "keyKind" | "key" | "annotator" | "labels" | "design">;

/** What a garment truly is, as far as its labels say. */
export interface Truth {
  labels: LabelledFields;
  design: Design;
  /** How many annotators had a say in a field. */
  annotators: number;
  /** Of all pairs of annotators who label the same field, the share that says the same, 0..1; null where there is no pair. */
  agreement: number | null;
}

/** A field on which annotators do not agree: each value, in their own spelling, with those who say so, most first. */
export interface Conflict {
  field: FieldName;
  values: { value: string | null; annotators: string[] }[];
}

/** Those who say the same of a field; `newest` is the id of the latest of them, whose spelling `value` is. */
interface Camp {
  value: string | null;
  newest: number;
  annotators: string[];
}

/**
 * Brings the labels of one garment together, in any order, old revisions included. Of an annotator only the newest label
 * for a key counts. Each field is decided on its own: by the most trusted kind of key that labels it, there by the
 * majority of annotators, compared by canonical value; a tie goes to the value that was given last. The truth is of
 * design `review` only where nothing else chose the garment for labelling.
 *
 * Null where there is no label.
 */
export function resolveTruth(votes: readonly Vote[], canonicalise: Canonicalise): Truth | null {
  const current = newestOfEach(votes);
  if (current.length === 0) return null;
  const labels: LabelledFields = {};
  const heard = new Set<string>();
  let pairs = 0;
  let agreeing = 0;
  for (const field of fieldNames) {
    const camps = campsOf(field, current, canonicalise);
    const [winner] = camps;
    if (winner === undefined) continue;
    labels[field] = winner.value;
    const sizes = camps.map(({ annotators }) => annotators.length);
    for (const name of camps.flatMap(({ annotators }) => annotators)) heard.add(name);
    pairs += pairsOf(sizes.reduce((sum, size) => sum + size, 0));
    agreeing += sizes.reduce((sum, size) => sum + pairsOf(size), 0);
  }
  return {
    labels,
    design: designOf(current),
    annotators: heard.size,
    agreement: pairs === 0 ? null : agreeing / pairs,
  };
}

/** The fields in which those who decide contradict each other. */
export function findConflicts(votes: readonly Vote[], canonicalise: Canonicalise): Conflict[] {
  const current = newestOfEach(votes);
  return fieldNames.flatMap((field) => {
    const camps = campsOf(field, current, canonicalise);
    if (camps.length < 2) return [];
    return [{ field, values: camps.map(({ value, annotators }) => ({ value, annotators })) }];
  });
}

/** Newest first. */
function newestOfEach(votes: readonly Vote[]): Vote[] {
  const newest = new Map<string, Vote>();
  for (const vote of votes) {
    const who = JSON.stringify([vote.keyKind, vote.key, vote.annotator]);
    const known = newest.get(who);
    if (known === undefined || known.id < vote.id) newest.set(who, vote);
  }
  return [...newest.values()].sort((a, b) => b.id - a.id);
}

/** Who says what of a field, under the most trusted kind of key that labels it: the camp that decides comes first. */
function campsOf(field: FieldName, current: readonly Vote[], canonicalise: Canonicalise): Camp[] {
  const labelling = current.filter((vote) => vote.labels[field] !== undefined);
  const kind = keyKinds.find((each) => labelling.some((vote) => vote.keyKind === each));
  const heard = new Set<string>();
  const camps = new Map<string | null, Camp>();
  for (const vote of labelling) {
    // The same photos may have several answers or images: an annotator has one vote, the newest.
    if (vote.keyKind !== kind || heard.has(vote.annotator)) continue;
    heard.add(vote.annotator);
    const value = vote.labels[field] ?? null;
    const canonical = canonicalise(field, value);
    const camp = camps.get(canonical);
    if (camp === undefined) camps.set(canonical, { value, newest: vote.id, annotators: [vote.annotator] });
    else camp.annotators.push(vote.annotator);
  }
  return [...camps.values()].sort((a, b) => b.annotators.length - a.annotators.length || b.newest - a.newest);
}

function pairsOf(size: number): number {
  return (size * (size - 1)) / 2;
}

function designOf(current: readonly Vote[]): Design {
  if (current.some(({ design }) => design === "audit")) return "audit";
  return current.some(({ design }) => design === "import") ? "import" : "review";
}
