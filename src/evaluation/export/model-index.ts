import { stringify } from "yaml";
import { fieldNames } from "../../../schemas/index.ts";
import type { ArmScores, LeaderboardAnswer } from "../../../schemas/index.ts";

interface Metric {
  type: string;
  name: string;
  value: number;
}

/**
 * The head of a Hugging Face model card: one entry for each arm, in the form that its model-index takes.
 * https://huggingface.co/docs/hub/model-cards#evaluation-results
 */
export function toModelIndex(board: LeaderboardAnswer): string {
  const index = board.arms.map((arm) => ({
    name: `${arm.model} (${arm.backend}, ${arm.quantization})`,
    results: [
      {
        task: { type: "image-to-text", name: "Garment attributes" },
        dataset: {
          type: "garment-gateway",
          name: `Labelled live traffic, window ${board.window}${board.slices.length === 0 ? "" : `, ${board.slices.join(", ")}`}`,
          args: { samples: arm.samples, designs: board.designs, fingerprint: arm.fingerprint, arm: arm.arm },
        },
        metrics: metricsOf(arm),
      },
    ],
  }));
  return `---\n${stringify({ "model-index": index }, { aliasDuplicateObjects: false })}---\n`;
}

function metricsOf(arm: ArmScores): Metric[] {
  const { weighted, quality, json_rate: jsonRate, fields } = arm;
  const all: [type: string, name: string, value: number | null][] = [
    ["weighted_score", "Weighted score", weighted.mean],
    ["weighted_score_low", "Weighted score, lower end of 95 %", weighted.low],
    ["weighted_score_high", "Weighted score, upper end of 95 %", weighted.high],
    ["quality", `PeakBench composite${quality.partial ? ", partial: without SBERT or NLI" : ""}`, quality.mean],
    ["json_rate", "JSON parse rate", jsonRate],
    ...fieldNames.flatMap((field): [string, string, number | null][] => [
      ["accuracy", `${field}: accuracy`, fields[field].accuracy],
      ["recall", `${field}: valued recall`, fields[field].valued_recall],
    ]),
  ];
  return all.flatMap(([type, name, value]) => (value === null ? [] : [{ type, name, value }]));
}
