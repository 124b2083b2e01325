import type { Truth } from "../labels/index.ts";
import type { ScoreFields } from "../scoring/index.ts";
import type { Attributes } from "../../schemas/index.ts";
import type { AnswersTable, Insertable, ScoresTable, Selectable } from "../storage/index.ts";
import type { Canonicalise } from "./canonicalise.ts";

export interface JudgedRecord {
  /** null: it failed. */
  attributes: Attributes | null;
  labels: Truth["labels"];
}

/** Holds answers against truths. */
export interface Judge {
  canonicalise: Canonicalise;
  scoreFields: ScoreFields;
  /** The composite of each record; partial where parts of it are missing. */
  qualitiesOf(records: readonly JudgedRecord[]): Promise<readonly { value: number; partial: boolean }[]>;
  scorerVersion: string;
}

export type ScoreRow = Omit<Insertable<ScoresTable>, "id" | "scored_ms" | "rescored_ms">;

type Answer = Selectable<AnswersTable> & { sample_id: string | null };
type Truths = ReadonlyMap<string, Truth>;

interface Judged {
  /** In the order of the answers. */
  rows: ScoreRow[];
  /** One error for each content that cannot be judged. */
  defects: unknown[];
}

/** Judges answers. Where that throws, only the content that it throws for is left out: the others must not wait for it. */
export async function judgeAnswers(judge: Judge, answers: readonly Answer[], truths: Truths): Promise<Judged> {
  try {
    return { rows: await toRows(judge, answers, truths), defects: [] };
  } catch {
    const rows: ScoreRow[] = [];
    const defects: unknown[] = [];
    for (const own of Map.groupBy(answers, ({ content }) => content).values()) {
      try {
        rows.push(...(await toRows(judge, own, truths)));
      } catch (error) {
        defects.push(error);
      }
    }
    const order = new Map(answers.map((answer, at) => [keyOf(answer), at]));
    const place = (row: ScoreRow): number => order.get(keyOf(row)) ?? 0;
    return { rows: rows.sort((a, b) => place(a) - place(b)), defects };
  }
}

/** There is one answer for each content and arm. */
export function keyOf({ content, arm_id: arm }: { content: string; arm_id: string }): string {
  return `${content} ${arm}`;
}

async function toRows(judge: Judge, answers: readonly Answer[], truths: Truths): Promise<ScoreRow[]> {
  const records = answers.map(({ content, attributes }) => ({
    attributes: attributes === null ? null : (JSON.parse(attributes) as Attributes),
    labels: (truths.get(content) as Truth).labels,
  }));
  const qualities = await judge.qualitiesOf(records);
  return answers.flatMap((answer, at): ScoreRow[] => {
    const { attributes, labels } = records[at] as JudgedRecord;
    const { marks, truths: kinds, weighted } = judge.scoreFields(attributes, labels);
    const quality = qualities[at];
    if (weighted === null || quality === undefined) return [];
    // A store takes no NaN, and would refuse the whole batch.
    if (!Number.isFinite(weighted) || !Number.isFinite(quality.value)) throw new RangeError("a score is no number");
    return [
      {
        content: answer.content,
        arm_id: answer.arm_id,
        sample_id: answer.sample_id,
        garment_id: answer.garment_id,
        origin: answer.origin,
        outcome: answer.outcome,
        is_clean: answer.is_clean,
        latency_ms: answer.latency_ms,
        inclusion: answer.inclusion,
        design: (truths.get(answer.content) as Truth).design,
        created_ms: answer.created_ms,
        scorer: judge.scorerVersion,
        weighted,
        quality: quality.value,
        quality_partial: Number(quality.partial),
        marks,
        truths: kinds,
      },
    ];
  });
}
