import type { Row } from "../harness/bench.ts";
import { formatFigure } from "../harness/table.ts";
import type { ImportRun } from "./import.ts";
import type { LeaderboardRun } from "./leaderboard.ts";
import type { TextsRun } from "./texts.ts";

/** What is measured beside the mirror. */
export interface EvaluationRuns {
  texts: TextsRun;
  imported: ImportRun;
  leaderboard: LeaderboardRun;
}

export function evaluationRows({ texts, imported, leaderboard }: EvaluationRuns): Row[] {
  return [
    {
      measure: "all text metrics of one pair",
      unit: "cpu_ms",
      rounds: texts.cpuMsPerPair,
      over: `${texts.pairs} pairs of records as JSON, ${texts.characters.toFixed(0)} characters each`,
      reach: { atMost: 0.2 },
      sane: { atMost: 5 },
    },
    {
      measure: "a leaderboard, asked for over HTTP",
      unit: "ms",
      rounds: leaderboard.ms,
      over: `${leaderboard.rows} joined rows of two arms`,
      reach: { atMost: 200 },
      sane: { atMost: 5000 },
    },
    {
      measure: "answers that met their labels, from the gateway's start on",
      unit: "per_s",
      rounds: [leaderboard.rows / leaderboard.joinSeconds],
      over: `${formatFigure(leaderboard.joinSeconds, "s")} for ${leaderboard.rows}`,
    },
    {
      measure: "labels that `labels import` puts into SQLite, its start included",
      unit: "per_s",
      rounds: imported.perSecond,
      over: `${imported.labels} labels of nine fields`,
      reach: { atLeast: 20_000 },
      sane: { atLeast: 100 },
    },
  ];
}
