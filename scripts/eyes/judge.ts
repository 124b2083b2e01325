import { fieldNames } from "../../schemas/index.ts";
import type { Attributes, FieldName } from "../../schemas/index.ts";
import type { Sighting } from "../../src/simulator/sighting.ts";
import { coarsen, judgedFigures } from "./rules.ts";

/** What was seen of a photo and what its label says. */
export interface Judged {
  sighting: Sighting;
  labels: Attributes;
}

export interface Figure {
  name: string;
  count: number;
  /** Shares of `count`. */
  right: number;
  bestConstant: number;
  constant: string;
}

interface Answer {
  truth: string | null;
  answer: string | null;
  probability: number;
}

const fieldOfFigure = { "base colour": "color", "plain or patterned": "pattern", kind: "type" } as const;

/** The coarse answers for one figure; photos whose label leaves it open do not count. */
export function answersFor(figure: keyof typeof fieldOfFigure, judged: readonly Judged[]): Answer[] {
  return judged.flatMap(({ sighting, labels }) => {
    const { type, color, pattern } = sighting;
    const seen = coarsen({ type: type.value, color: color.value, pattern: pattern.value });
    const truth = coarsen(labels)[figure];
    const { probability } = sighting[fieldOfFigure[figure]];
    return truth === null ? [] : [{ truth, answer: seen[figure], probability }];
  });
}

export function judgedFiguresOf(judged: readonly Judged[]): Figure[] {
  return judgedFigures.map((name) => figureOf(name, answersFor(name, judged)));
}

/** Exact words, null included. */
export function exactFiguresOf(judged: readonly Judged[]): Figure[] {
  return fieldNames.map((field) => figureOf(field, exactAnswers(field, judged)));
}

function exactAnswers(field: FieldName, judged: readonly Judged[]): Answer[] {
  return judged.map(({ sighting, labels }) => ({
    truth: labels[field],
    answer: sighting[field].value,
    probability: sighting[field].probability,
  }));
}

function figureOf(name: string, answers: readonly Answer[]): Figure {
  const counts = new Map<string, number>();
  for (const { truth } of answers) counts.set(String(truth), (counts.get(String(truth)) ?? 0) + 1);
  const [constant, most] = [...counts].toSorted((a, b) => b[1] - a[1])[0] ?? ["", 0];
  return { name, count: answers.length, right: shareRight(answers), bestConstant: most / answers.length, constant };
}

function shareRight(answers: readonly Answer[]): number {
  return answers.filter(({ truth, answer }) => truth === answer).length / answers.length;
}

/** Truth, then what was answered instead, most frequent mistakes first. */
export function mistakes(answers: readonly Answer[]): [mistake: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { truth, answer } of answers) {
    const mistake = `${truth} seen as ${answer}`;
    if (truth !== answer) counts.set(mistake, (counts.get(mistake) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1]);
}

export interface Reliability {
  count: number;
  meanProbability: number;
  right: number;
}

/** Answers in three equal parts by stated probability, least sure first. */
export function reliabilityOf(answers: readonly Answer[]): Reliability[] {
  const sorted = answers.toSorted((a, b) => a.probability - b.probability);
  return [0, 1, 2].map((third) => {
    const part = sorted.slice(Math.floor((third * sorted.length) / 3), Math.floor(((third + 1) * sorted.length) / 3));
    const sum = part.reduce((total, { probability }) => total + probability, 0);
    return { count: part.length, meanProbability: sum / part.length, right: shareRight(part) };
  });
}

/** Share of fields on which two builds answer differently. */
export function disagreement(first: readonly Judged[], second: readonly Judged[]): number {
  let differing = 0;
  for (const [i, { sighting }] of first.entries())
    for (const field of fieldNames) if (sighting[field].value !== second[i]!.sighting[field].value) differing++;
  return differing / (first.length * fieldNames.length);
}
