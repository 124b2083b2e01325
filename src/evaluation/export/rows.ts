import type { Attributes, FieldName } from "../../../schemas/index.ts";
import type { ArmsTable, Storage } from "../../storage/index.ts";
import type { Canonicalise } from "../canonicalise.ts";
import { hasLabelOf } from "../scored-rows.ts";
import type { RowFilter } from "../scored-rows.ts";
import { meets } from "../slices.ts";

/** One scored answer with all that is needed to compute the leaderboard and the comparison anew. */
export interface ExportRow {
  /** Grows in the order in which answers met a label: a pair is complete with the larger of its two. */
  score_id: number;
  garment: string;
  content: string;
  sample_id: string | null;
  metadata: unknown;
  arm: string;
  backend: string;
  model: string;
  quantization: string;
  fingerprint: string;
  prompt: string;
  schema: string;
  preparation: string;
  simulated: boolean;
  origin: string;
  outcome: string;
  failure: string | null;
  is_clean: boolean;
  attempts: number;
  latency_ms: number;
  prompt_tokens: number;
  completion_tokens: number;
  inclusion: number;
  design: string;
  annotators: number;
  agreement: number | null;
  labels: Partial<Record<FieldName, string | null>>;
  prediction: Attributes | null;
  confidence: Partial<Record<FieldName, number | null>> | null;
  marks: string;
  truths: string;
  weighted: number;
  quality: number;
  quality_partial: boolean;
  scorer: string;
  answered_ms: number;
  scored_ms: number;
  rescored_ms: number;
}

interface Options {
  filter: RowFilter;
  canonicalise: Canonicalise;
  arms: ReadonlyMap<string, ArmsTable>;
}

/** Some hundred kilobytes, which is all that an export of any length holds. */
const pageRows = 500;

/** Scored answers in the order of their ids, in pages. */
export async function* readExportRows(
  { db }: Storage,
  { filter, canonicalise, arms }: Options,
): AsyncGenerator<ExportRow[], void> {
  const { sinceMs, designs, slices } = filter;
  let after = 0;
  for (;;) {
    let query = db
      .selectFrom("scores")
      .innerJoin("answers", (join) =>
        join.onRef("answers.content", "=", "scores.content").onRef("answers.arm_id", "=", "scores.arm_id"),
      )
      .innerJoin("truths", "truths.content", "scores.content")
      .leftJoin("garments", "garments.id", "scores.garment_id")
      .selectAll("scores")
      .select(["answers.failure", "answers.attributes", "answers.confidence", "answers.attempts"])
      .select(["answers.prompt_tokens", "answers.completion_tokens"])
      .select(["truths.labels", "truths.annotators", "truths.agreement", "garments.metadata"])
      .where("scores.id", ">", after)
      .where("scores.created_ms", ">=", sinceMs)
      .where("scores.design", "in", [...designs])
      .orderBy("scores.id")
      .limit(pageRows);
    for (const slice of slices) if (slice.by === "source") query = query.where(hasLabelOf(slice.value));
    const rows = await query.execute();
    const page: ExportRow[] = [];
    for (const row of rows) {
      const arm = arms.get(row.arm_id);
      if (arm === undefined) continue;
      const { labels: truth, metadata, design } = row;
      if (meets(slices, { truth, metadata, design, backend: arm.backend }, canonicalise)) page.push(toRow(row, arm));
    }
    yield page;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    after = last.id;
  }
}

interface JoinedRow {
  id: number;
  garment_id: string;
  content: string;
  sample_id: string | null;
  metadata: string | null;
  origin: string;
  outcome: string;
  failure: string | null;
  is_clean: number;
  attempts: number;
  latency_ms: number;
  prompt_tokens: number;
  completion_tokens: number;
  inclusion: number;
  design: string;
  annotators: number;
  agreement: number | null;
  labels: string;
  attributes: string | null;
  confidence: string | null;
  marks: string;
  truths: string;
  weighted: number;
  quality: number;
  quality_partial: number;
  scorer: string;
  created_ms: number;
  scored_ms: number;
  rescored_ms: number;
}

function toRow(row: JoinedRow, arm: ArmsTable): ExportRow {
  const { backend, model, quantization, fingerprint, prompt, schema, preparation } = arm;
  return {
    score_id: row.id,
    garment: row.garment_id,
    content: row.content,
    sample_id: row.sample_id,
    metadata: parse(row.metadata),
    arm: arm.id,
    backend,
    model,
    quantization,
    fingerprint,
    prompt,
    schema,
    preparation,
    simulated: arm.simulated === 1,
    origin: row.origin,
    outcome: row.outcome,
    failure: row.failure,
    is_clean: row.is_clean === 1,
    attempts: row.attempts,
    latency_ms: row.latency_ms,
    prompt_tokens: row.prompt_tokens,
    completion_tokens: row.completion_tokens,
    inclusion: row.inclusion,
    design: row.design,
    annotators: row.annotators,
    agreement: row.agreement,
    labels: JSON.parse(row.labels) as ExportRow["labels"],
    prediction: parse(row.attributes) as ExportRow["prediction"],
    confidence: parse(row.confidence) as ExportRow["confidence"],
    marks: row.marks,
    truths: row.truths,
    weighted: row.weighted,
    quality: row.quality,
    quality_partial: row.quality_partial === 1,
    scorer: row.scorer,
    answered_ms: row.created_ms,
    scored_ms: row.scored_ms,
    rescored_ms: row.rescored_ms,
  };
}

function parse(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
