import { setImmediate } from "node:timers/promises";
import { sha256 } from "../kernel/index.ts";
import { reviewScore } from "../statistics/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { FieldName, ReviewItem, ReviewQueueAnswer, ReviewQueueQuery } from "../../schemas/index.ts";
import type { Storage } from "../storage/index.ts";
import type { ArmPair } from "./arms.ts";
import type { Canonicalise } from "./canonicalise.ts";

/** Garments that are looked at: the newest that both arms answered. */
const lookedAt = 5_000;
/** Least share that is drawn at random. */
const auditShare = 0.2;
/** Rows of arithmetic between turns for others. */
const rowsPerTurn = 200;

interface Candidate {
  content: string;
  garment_id: string;
  created_ms: number;
  outcome: string;
  attributes: string | null;
  confidence: string | null;
  other_outcome: string;
  other_attributes: string | null;
  other_confidence: string | null;
}

interface Ranked {
  row: Candidate;
  score: number;
  design: "audit" | "review";
}

/**
 * Garments worth labelling next. At least a fifth is drawn at random among all that are looked at, by a hash of their content:
 * the same ones until they are labelled, and nobody's answers decide about them. The rest is ranked by what a label would tell.
 */
export async function readReviewQueue(
  storage: Storage,
  canonicalise: Canonicalise,
  arms: ArmPair,
  { limit = 50 }: ReviewQueueQuery,
): Promise<ReviewQueueAnswer> {
  const { unlabelled, seen } = await readCandidates(storage, arms);
  const drawnCount = Math.min(unlabelled.length, Math.ceil(auditShare * limit));
  const byHash = unlabelled
    .map((row) => ({ row, hash: sha256(`review-queue ${row.content}`) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const ranked: Ranked[] = [];
  for (const [at, { row }] of byHash.entries()) {
    if (at % rowsPerTurn === rowsPerTurn - 1) await setImmediate();
    ranked.push({ row, score: scoreOf(row, canonicalise), design: at < drawnCount ? "audit" : "review" });
  }
  const drawn = ranked.slice(0, drawnCount);
  const best = ranked
    .slice(drawnCount)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit - drawnCount);
  const items = mix(drawn, best);
  const details = await readDetails(
    storage,
    items.map(({ row }) => row),
  );
  return {
    baseline: arms.baseline.backend,
    candidate: arms.candidate.backend,
    looked_at: seen,
    unlabelled: unlabelled.length,
    audit_share: auditShare,
    garments: items.map((item) =>
      describe(item, canonicalise, {
        inclusion: item.design === "audit" ? drawnCount / unlabelled.length : null,
        sampleId: details.samples.get(item.row.garment_id) ?? null,
        images: details.images.get(item.row.content) ?? [],
      }),
    ),
  };
}

/** The two backends have not answered the same question yet. */
export function describeNoQueue(baseline: string, candidate: string): ReviewQueueAnswer {
  return { baseline, candidate, looked_at: 0, unlabelled: 0, audit_share: auditShare, garments: [] };
}

async function readCandidates({ db }: Storage, { baseline, candidate }: ArmPair) {
  const rows = await db
    .selectFrom("answers as one")
    .innerJoin("answers as other", (join) =>
      join.onRef("other.content", "=", "one.content").on("other.arm_id", "=", candidate.id),
    )
    .leftJoin("truths", "truths.content", "one.content")
    .select(["one.content", "one.garment_id", "one.created_ms", "one.outcome", "one.attributes", "one.confidence"])
    .select(["other.outcome as other_outcome", "other.attributes as other_attributes"])
    .select(["other.confidence as other_confidence", "truths.updated_ms as labelled_ms"])
    .where("one.arm_id", "=", baseline.id)
    .orderBy("one.created_ms", "desc")
    .limit(lookedAt)
    .execute();
  return { seen: rows.length, unlabelled: rows.filter((row) => row.labelled_ms === null) as Candidate[] };
}

function scoreOf(row: Candidate, canonicalise: Canonicalise): number {
  const { one, other, sure, otherSure } = read(row);
  const signals = fieldNames.map((field) => {
    const differs = isDifferent(field, one, other, canonicalise);
    const known = [sure?.[field], otherSure?.[field]].filter((each) => typeof each === "number");
    return [field, { differs, confidence: known.length === 0 ? null : Math.min(...known) }];
  });
  return reviewScore(Object.fromEntries(signals) as Parameters<typeof reviewScore>[0]);
}

type Values = Partial<Record<FieldName, string | null>> | null;
type Confidences = Partial<Record<FieldName, number | null>> | null;

function read(row: Candidate) {
  return {
    one: parse(row.attributes) as Values,
    other: parse(row.other_attributes) as Values,
    sure: parse(row.confidence) as Confidences,
    otherSure: parse(row.other_confidence) as Confidences,
  };
}

function parse(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}

/** Exactly one of them failed, or both answered and mean something else. */
function isDifferent(field: FieldName, one: Values, other: Values, canonicalise: Canonicalise): boolean {
  if (one === null || other === null) return one !== other;
  return canonicalise(field, one[field] ?? null) !== canonicalise(field, other[field] ?? null);
}

/** Drawn ones spread among the ranked, so that who labels only the first few keeps the share. */
function mix(drawn: readonly Ranked[], ranked: readonly Ranked[]): Ranked[] {
  const items: Ranked[] = [];
  const total = drawn.length + ranked.length;
  let taken = 0;
  for (let at = 0; at < total; at += 1) {
    const isDue = taken < drawn.length && taken * total <= at * drawn.length;
    const next = isDue || at - taken >= ranked.length ? drawn[taken] : ranked[at - taken];
    if (next === undefined) break;
    if (next.design === "audit") taken += 1;
    items.push(next);
  }
  return items;
}

interface Details {
  inclusion: number | null;
  sampleId: string | null;
  images: readonly ImageRow[];
}

function describe(
  { row, score, design }: Ranked,
  canonicalise: Canonicalise,
  { inclusion, sampleId, images }: Details,
): ReviewItem {
  const { one, other, sure, otherSure } = read(row);
  const fields: ReviewItem["fields"] = fieldNames
    .filter((field) => isDifferent(field, one, other, canonicalise))
    .map((field) => ({
      field,
      baseline: one?.[field] ?? null,
      candidate: other?.[field] ?? null,
      baseline_confidence: sure?.[field] ?? null,
      candidate_confidence: otherSure?.[field] ?? null,
    }));
  return {
    garment: row.garment_id,
    sample_id: sampleId,
    created_ms: row.created_ms,
    design,
    inclusion_probability: inclusion,
    score,
    outcomes: { baseline: row.outcome, candidate: row.other_outcome },
    fields,
    images: images.map(({ n, view, kept }) => ({
      view,
      url: `/v1/garments/${encodeURIComponent(row.garment_id)}/images/${n}`,
      kept,
    })),
    // Empty, so that it is refused until somebody has looked: values filled in here would only be confirmed.
    label: { request_id: row.garment_id, labels: {}, design },
  };
}

async function readDetails({ db }: Storage, rows: readonly Candidate[]) {
  if (rows.length === 0) return { samples: new Map<string, string | null>(), images: new Map<string, ImageRow[]>() };
  const garments = await db
    .selectFrom("garments")
    .select(["id", "sample_id"])
    .where(
      "id",
      "in",
      rows.map((row) => row.garment_id),
    )
    .execute();
  const images = await db
    .selectFrom("images")
    .leftJoin("image_bytes", (join) =>
      join.onRef("image_bytes.content", "=", "images.content").onRef("image_bytes.n", "=", "images.n"),
    )
    .select(["images.content", "images.n", "images.view", "image_bytes.stored_ms"])
    .where(
      "images.content",
      "in",
      rows.map((row) => row.content),
    )
    .orderBy("images.n")
    .execute();
  const kept = images.map(({ content, n, view, stored_ms: storedMs }) => ({
    content,
    n,
    view,
    kept: storedMs !== null,
  }));
  return {
    samples: new Map(garments.map((garment) => [garment.id, garment.sample_id])),
    images: Map.groupBy(kept, ({ content }) => content),
  };
}

interface ImageRow {
  content: string;
  n: number;
  view: string;
  kept: boolean;
}
