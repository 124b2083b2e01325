import { driftAlarms, fieldDrift } from "../statistics/index.ts";
import type { FieldDrift, FieldWindow } from "../statistics/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Canonicalise } from "./canonicalise.ts";

/** How an arm's answers of late differ from its first ones. */
export interface ArmDrift {
  /** Answers of a window; the first ones are the reference. */
  windowAnswers: number;
  /** Whole windows behind the reference; the last of them is compared. 0: too few answers. */
  windows: number;
  earlier: { fromMs: number; toMs: number } | null;
  later: { fromMs: number; toMs: number } | null;
  fields: ReadonlyMap<FieldName, FieldDrift>;
  alarms: readonly string[];
}

export interface DriftReader {
  /** @param alpha chance of any false alarm about this arm, ever */
  read(armId: string, alpha: number): Promise<ArmDrift>;
}

const windowAnswers = 1_000;
/** Values of a field that are told apart; later ones count as one. */
const maxValues = 200;
const otherValues = "(other)";
const keptArms = 16;
/** Counting an arm's answers reads its whole index. */
const countEveryMs = 60_000;

/**
 * Compares windows of a fixed number of answers, so that looking often tests nothing anew: the first thousand of an arm with
 * its last whole thousand. The k-th comparison may err with alpha/(k(k+1)), which adds up to alpha.
 */
export function createDriftReader({ db }: Storage, canonicalise: Canonicalise, now: () => number): DriftReader {
  const kept = new Map<string, ArmDrift & { alpha: number; atMs: number }>();

  async function readRows(armId: string, direction: "asc" | "desc", offset: number): Promise<Row[]> {
    return await db
      .selectFrom("answers")
      .select(["attributes", "confidence", "created_ms"])
      .where("arm_id", "=", armId)
      .orderBy("created_ms", direction)
      .offset(offset)
      .limit(windowAnswers)
      .execute();
  }

  return {
    async read(armId, alpha) {
      const last = kept.get(armId);
      if (last?.alpha === alpha && now() - last.atMs < countEveryMs) return last;
      const { count } = await db
        .selectFrom("answers")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("arm_id", "=", armId)
        .executeTakeFirstOrThrow();
      const windows = Math.max(0, Math.floor(count / windowAnswers) - 1);
      const isSame = last?.windows === windows && last.alpha === alpha;
      const drift = isSame ? last : windows === 0 ? noDrift : await compareWindows(armId, windows, count, alpha);
      if (kept.size >= keptArms) kept.clear();
      kept.set(armId, { ...drift, alpha, atMs: now() });
      return drift;
    },
  };

  async function compareWindows(armId: string, windows: number, count: number, alpha: number): Promise<ArmDrift> {
    const earlier = await readRows(armId, "asc", 0);
    const later = await readRows(armId, "desc", count % windowAnswers);
    const before = toWindows(earlier);
    const after = toWindows(later);
    const fields = new Map(fieldNames.map((field) => [field, fieldDrift(before[field], after[field])]));
    const alarms = driftAlarms(fields, alpha / (windows * (windows + 1)));
    return { windowAnswers, windows, earlier: spanOf(earlier), later: spanOf(later), fields, alarms };
  }

  function toWindows(rows: readonly Row[]): Record<FieldName, FieldWindow> {
    const windows = Object.fromEntries(
      fieldNames.map((field) => [field, { values: new Map<string, number>(), nulls: 0, confidences: [] as number[] }]),
    ) as Record<FieldName, { values: Map<string, number>; nulls: number; confidences: number[] }>;
    for (const { attributes, confidence } of rows) {
      if (attributes === null) continue;
      const values = JSON.parse(attributes) as Record<FieldName, string | null>;
      const sure = (confidence === null ? {} : JSON.parse(confidence)) as Partial<Record<FieldName, number | null>>;
      for (const field of fieldNames) {
        const window = windows[field];
        const value = canonicalise(field, values[field]);
        if (value === null) window.nulls += 1;
        else {
          const name = window.values.has(value) || window.values.size < maxValues ? value : otherValues;
          window.values.set(name, (window.values.get(name) ?? 0) + 1);
        }
        const probability = sure[field];
        if (typeof probability === "number") window.confidences.push(probability);
      }
    }
    return windows;
  }
}

interface Row {
  attributes: string | null;
  confidence: string | null;
  created_ms: number;
}

const noDrift: ArmDrift = { windowAnswers, windows: 0, earlier: null, later: null, fields: new Map(), alarms: [] };

function spanOf(rows: readonly Row[]): { fromMs: number; toMs: number } | null {
  if (rows.length === 0) return null;
  const times = rows.map((row) => row.created_ms);
  return { fromMs: Math.min(...times), toMs: Math.max(...times) };
}
