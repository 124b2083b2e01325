import { fieldNames } from "../../schemas/index.ts";
import type { MetricDefinitions } from "../../schemas/index.ts";
import type { Labels } from "./labels.ts";
import { parseObject } from "./read-record.ts";
import { assertFraction } from "./score-fields.ts";
import type { ScoreFields } from "./score-fields.ts";

/** The reward of one completion and its three layers, each 0..1. */
export interface Reward {
  /** gate · (0.2 · structure + 0.8 · content). */
  reward: number;
  /** 1 where the completion is one JSON object and nothing else. */
  gate: 0 | 1;
  /** Mean of key recall and key precision. */
  structure: number;
  /** The weighted score. */
  content: number;
}

export type RewardCompletion = (completion: unknown, labels: Labels) => Reward;

/**
 * The reward of a completion, text as a model emits it or the object itself. It is strict where serving is forgiving,
 * because it trains the form: prose around the object, or a key in another spelling, is no match.
 */
export function createReward(scoreFields: ScoreFields, weights: MetricDefinitions["reward"]): RewardCompletion {
  return (completion, labels) => {
    const object = typeof completion === "string" ? parseObject(completion) : asObject(completion);
    if (object === null) return { reward: 0, gate: 0, structure: 0, content: 0 };
    const structure = structureOf(object, labels);
    const content = scoreFields(object, labels).weighted ?? 0;
    const reward = Math.min(1, weights.structure * structure + weights.content * content);
    return { reward: assertFraction(reward), gate: 1, structure, content };
  };
}

/**
 * ½ key recall (labelled fields that are there) + ½ key precision (keys that are fields); a key whose value is neither
 * text nor null counts as missing in the first and as foreign in the second.
 */
function structureOf(object: Readonly<Record<string, unknown>>, labels: Labels): number {
  let labelled = 0;
  let recalled = 0;
  let known = 0;
  for (const field of fieldNames) {
    const isThere = Object.hasOwn(object, field) && isTextOrNull(object[field]);
    if (isThere) known += 1;
    if (labels[field] === undefined) continue;
    labelled += 1;
    if (isThere) recalled += 1;
  }
  const keys = Object.keys(object).length;
  const recall = labelled === 0 ? 0 : recalled / labelled;
  const precision = keys === 0 ? 0 : known / keys;
  return (recall + precision) / 2;
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}

function asObject(value: unknown): Record<string, unknown> | null {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
