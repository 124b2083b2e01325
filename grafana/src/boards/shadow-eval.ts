import { bars, jobVariable, lines, own, rate, stat } from "../board.ts";
import type { Board } from "../board.ts";

const bound = (measure: string, name: string): string =>
  own("shadow_difference", `measure=~"${measure}", bound="${name}"`);

/** The candidate against the baseline, and whether what is known of them is worth anything. */
export const shadowEval: Board = {
  name: "shadow-eval",
  title: "Garment gateway / Shadow evaluation",
  about:
    "May the candidate replace the baseline? Scores with the bounds that hold at any time, the verdict, and whether the comparison gets what it needs.",
  variables: [jobVariable],
  rows: [
    {
      title: "Verdict",
      panels: [
        stat(
          "Verdict",
          "short",
          "What the comparison says now.",
          [[`max by (verdict, candidate) (${own("shadow_verdict")}) == 1`, "{{candidate}}: {{verdict}}"]],
          { width: 6 },
        ),
        stat("Pairs", "short", "Labelled garments that both arms answered.", [
          [`max(${own("shadow_pairs")})`, "pairs"],
        ]),
        stat(
          "Weighted difference",
          "percentunit",
          "Candidate minus baseline.",
          [[`max(${bound("weighted", "estimate")})`, "difference"]],
          { width: 5 },
        ),
        stat(
          "Drift",
          "short",
          "Alarms about answers that change without a label.",
          [[`max(${own("shadow_drift_alarms")})`, "alarms"]],
          { badFrom: 1 },
        ),
        stat(
          "Record of decisions",
          "short",
          "1 where no entry was changed.",
          [[`min(${own("audit_valid")})`, "valid"]],
          { badBelow: 1, width: 5 },
        ),
        lines(
          "Weighted score",
          "percentunit",
          "Mean over the pairs, each arm.",
          [[`max by (arm) (${own("shadow_weighted_score")})`, "{{arm}}"]],
          { max: 1 },
        ),
        lines(
          "Weighted difference with its bounds",
          "percentunit",
          "The truth lies between the bounds, at whatever moment one looks. Above minus the margin: no worse.",
          [[`max by (bound) (${own("shadow_difference", 'measure="weighted"')})`, "{{bound}}"]],
        ),
        lines(
          "Clean JSON",
          "percentunit",
          "Share of first replies that parse at once.",
          [[`max by (arm) (${own("shadow_json_rate")})`, "{{arm}}"]],
          { max: 1 },
        ),
        bars(
          "Score by arm and field",
          "percentunit",
          "Share of labelled garments in which a field is right.",
          [[`max by (field, arm) (${own("shadow_field_score")})`, "{{field}} {{arm}}"]],
          { width: 12, max: 1 },
        ),
        bars(
          "Difference by field, with its bounds",
          "percentunit",
          "Lower bound, estimate, upper bound: candidate minus baseline.",
          [
            [
              `max by (measure, bound) (${own("shadow_difference", 'measure!~"weighted|json_rate"')})`,
              "{{measure}} {{bound}}",
            ],
          ],
          { width: 12 },
        ),
        lines(
          "Replays",
          "percentunit",
          "An arm's answers to the same photos now, minus its first ones: a build that got worse in silence falls below 0.",
          [[`max by (arm, bound) (${own("shadow_replay_difference")})`, "{{arm}} {{bound}}"]],
          { width: 12 },
        ),
        lines(
          "Worse than it was",
          "short",
          "1 where replays prove it.",
          [[`max by (arm) (${own("shadow_replay_worse")})`, "{{arm}}"]],
          { width: 12, max: 1, badFrom: 1 },
        ),
      ],
    },
    {
      title: "Does it get what it needs?",
      panels: [
        lines(
          "Mirrored calls",
          "reqps",
          "What becomes of them? `dropped` ones are gaps in the comparison.",
          [[`sum by (outcome) (${rate(own("shadow_mirrors_total"))})`, "{{outcome}}"]],
          { isStacked: true },
        ),
        lines(
          "Coverage",
          "percentunit",
          "Share of the mirrored calls with an end that were answered or counted as the build's failure.",
          [
            [
              `sum(${rate(own("shadow_mirrors_total", 'outcome=~"answered|failed"'))}) / sum(${rate(own("shadow_mirrors_total", 'outcome=~"answered|failed|dropped"'))})`,
              "covered",
            ],
          ],
          { max: 1 },
        ),
        lines("Queue", "short", "Mirrored calls that wait in memory, and those under way.", [
          [`sum(${own("shadow_queue_depth")})`, "waiting"],
          [`sum by (backend) (${own("shadow_in_flight")})`, "{{backend}} in flight"],
        ]),
        lines(
          "Paused",
          "short",
          "Why a backend gets no mirrored calls now.",
          [[`max by (backend, reason) (${own("shadow_paused")})`, "{{backend}} {{reason}}"]],
          { max: 1 },
        ),
        lines("Labels", "reqps", "Labels that were brought together with answers.", [
          [`sum(${rate(own("evaluation_labels_total"))})`, "labels"],
        ]),
        lines("Answers held against labels", "reqps", "Scored, scored anew, left out.", [
          [`sum by (outcome) (${rate(own("evaluation_answers_total"))})`, "{{outcome}}"],
        ]),
      ],
    },
    {
      title: "What is kept",
      panels: [
        lines("Predictions", "reqps", "Stored, lost, refused, stored without their images.", [
          [`sum by (outcome) (${rate(own("predictions_total"))})`, "{{outcome}}"],
        ]),
        lines(
          "Predictions lost",
          "short",
          "What the comparison will never see.",
          [
            [
              `sum by (outcome) (increase(${own("predictions_total", 'outcome!="stored"')}[$__rate_interval]))`,
              "{{outcome}}",
            ],
          ],
          { badFrom: 1 },
        ),
        lines("Not yet committed", "short", "Grows where the store is slow or gone.", [
          [`sum(${own("predictions_waiting")})`, "waiting"],
        ]),
        lines("Store", "short", "1 while it can be reached.", [[`min(${own("storage_available")})`, "available"]], {
          max: 1,
        }),
        lines("Queries that failed", "reqps", "What is wrong with the store?", [
          [`sum by (reason) (${rate(own("storage_errors_total"))})`, "{{reason}}"],
        ]),
        lines("Images in the store", "bytes", "When it was last pruned.", [
          [`max(${own("stored_image_bytes")})`, "bytes"],
        ]),
        lines("Servers of meaning", "reqps", "What SBERT and NLI made of the texts; empty where none is configured.", [
          [`sum by (provider, outcome) (${rate(own("semantics_requests_total"))})`, "{{provider}} {{outcome}}"],
        ]),
      ],
    },
  ],
};
