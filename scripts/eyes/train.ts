import type { Attributes } from "../../schemas/index.ts";
import { standardise } from "../../src/simulator/eyes/classifier.ts";
import type { Classifier, Standard } from "../../src/simulator/eyes/classifier.ts";
import { baseColours } from "../../src/simulator/eyes/colour-words.ts";
import { featureGroups } from "../../src/simulator/eyes/features.ts";
import type { FeatureGroup, Features } from "../../src/simulator/eyes/features.ts";
import type { Model } from "../../src/simulator/eyes/model.ts";
import { isPlain, kindOf, kinds } from "../../src/simulator/eyes/words.ts";
import { fitSoftmax } from "./fit.ts";
import { countHabits } from "./habits.ts";
import { baseColourOf, isKnownBase } from "./rules.ts";

/** One photo in its variations, the photo itself first. */
export interface Example {
  labels: Attributes;
  views: Features[];
}

/** Types too rare to be learned go by a commoner word for much the same outline. */
const commonType: Record<string, string> = {
  nightgown: "dress",
  tunic: "t-shirt",
  "pajama pants": "trousers",
  "mary janes": "shoes",
  clogs: "shoes",
  "bucket hat": "hat",
  "trapper hat": "hat",
};
const commonPattern: Record<string, string> = { "text print": "graphic print", "tie dye": "abstract" };

interface Task {
  inputs: FeatureGroup[];
  /** Chosen by cross-validation inside the tuning part. */
  penalty: number;
  /** Null: this photo teaches the task nothing. */
  labelOf: (labels: Attributes) => string | null;
  /** How often a drawing counts against one variation of a photo; absent: drawings teach this task nothing. */
  drawingCount?: number;
  /** Labels that are there even where no photo has them. */
  labels?: readonly string[];
}

const tasks: Record<keyof Model["classifiers"], Task> = {
  kind: {
    inputs: ["shape", "texture"],
    penalty: 0.1,
    drawingCount: 3,
    labelOf: ({ type }) => type && kindOf(type),
    labels: kinds,
  },
  type: {
    inputs: ["shape", "texture"],
    penalty: 0.1,
    drawingCount: 3,
    labelOf: ({ type }) => type && typeWord(type),
  },
  sleeve: {
    inputs: ["shape"],
    penalty: 0.1,
    drawingCount: 3,
    labelOf: ({ type, sleeve_length }) => (type && ["top", "dress"].includes(kindOf(type)) ? sleeve_length : null),
  },
  surface: {
    inputs: ["texture"],
    penalty: 0.1,
    labelOf: ({ pattern }) => pattern && (isPlain(pattern) ? "plain" : "patterned"),
  },
  pattern: {
    inputs: ["texture"],
    penalty: 0.1,
    drawingCount: 1,
    labelOf: ({ pattern }) => pattern && (commonPattern[pattern] ?? pattern),
  },
  colour: {
    inputs: ["colour", "texture"],
    penalty: 0.3,
    drawingCount: 2,
    labelOf: ({ color }) => (color && isKnownBase(baseColourOf(color)) ? baseColourOf(color) : null),
    labels: [...baseColours, "multicolor"],
  },
};

/** How much the plain count of a colour's pixels decides before anything is learned. */
const colourTrust = 1;

function typeWord(type: string): string {
  return commonType[type] ?? type;
}

/**
 * Learns everything that the eyes know.
 *
 * @param drawings garments that the project draws: they show outlines that the photos have too few of
 */
export function train(examples: readonly Example[], drawings: readonly Example[]): Model {
  const standards = Object.fromEntries(
    featureGroups.map((group) => [group, standardOf(examples, group)]),
  ) as Model["standards"];
  const classifiers = Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [name, fitTask(examples, drawings, standards, task)]),
  ) as Model["classifiers"];
  const typed = examples.flatMap(({ labels }) =>
    labels.type ? [{ labels, type: typeWord(labels.type), kind: kindOf(labels.type) }] : [],
  );
  const habitsOf = (field: "neckline" | "closure") =>
    countHabits(
      typed.map(({ labels, type, kind }) => ({ type, kind, value: labels[field] })),
      classifiers.type.labels,
      kindOf,
    );
  const blankShare = (field: "brand" | "size" | "defect_type") =>
    round((examples.filter(({ labels }) => labels[field] === null).length + 1) / (examples.length + 2));
  return {
    standards,
    classifiers,
    habits: { neckline: habitsOf("neckline"), closure: habitsOf("closure") },
    blanks: { brand: blankShare("brand"), size: blankShare("size"), defect_type: blankShare("defect_type") },
  };
}

function standardOf(examples: readonly Example[], group: FeatureGroup): Standard {
  const rows = examples.flatMap(({ views }) => views.map((view) => view.groups[group]));
  const mean = rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  const scale = mean.map((middle, i) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[i]! - middle) ** 2, 0) / rows.length),
  );
  return { mean: mean.map(round), scale: scale.map((value) => round(value + 1e-3)) };
}

function fitTask(
  examples: readonly Example[],
  drawings: readonly Example[],
  standards: Model["standards"],
  task: Task,
): Classifier {
  const teach = (from: readonly Example[], count: number) =>
    from.flatMap(({ labels, views }) => {
      const label = task.labelOf(labels);
      return label === null ? [] : [{ label, views, count }];
    });
  const taught = [...teach(examples, 1), ...(task.drawingCount ? teach(drawings, task.drawingCount) : [])];
  const labels = task.labels ? [...task.labels] : [...new Set(taught.map(({ label }) => label))].toSorted();
  const rows = taught.flatMap(({ views }) =>
    views.map(({ groups }) =>
      Float64Array.from(task.inputs.flatMap((group) => standardise(groups[group], standards[group]))),
    ),
  );
  const indices = taught.flatMap(({ label, views }) => views.map(() => labels.indexOf(label)));
  const counts = taught.flatMap(({ views, count }) => views.map(() => count));
  const width = rows[0]!.length;
  const prior = labels.map((_, k) => {
    const row = new Float64Array(width + 1);
    // The first colour features are the logarithms of the shares of the base colours, in the order of the labels.
    if (task.inputs[0] === "colour" && k < baseColours.length) row[k] = colourTrust * standards.colour.scale[k]!;
    return row;
  });
  const weights = fitSoftmax({ rows, labels: indices, counts }, prior, task.penalty);
  return { labels, inputs: task.inputs, weights: weights.map((row) => Array.from(row, round)) };
}

/** Four digits are more than the eyes can tell. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
