import { jobVariable, lines, own, rate, rateOrZero, serviceRoutes, stat } from "../board.ts";
import type { Board, Row } from "../board.ts";
import { objectives, windows } from "../objectives.ts";
import type { Objective } from "../objectives.ts";

const requests = "http_request_duration_seconds_count";
const shown = windows.filter((window) => window !== "30d");

function rowOf({ title, promise, budget, series }: Objective): Row {
  const share = (window: string): string => `${series}${window}{job=~"$job"}`;
  return {
    title,
    panels: [
      stat(`${title}, 30 days`, "percentunit", `${promise}.`, [[`1 - max(${share("30d")})`, "good"]], {
        badBelow: 1 - budget,
        width: 6,
      }),
      stat(
        `${title}: budget left`,
        "percentunit",
        "Of the bad requests that 30 days may have, the share that is still unused; below 0 the objective is missed.",
        [[`1 - max(${share("30d")}) / ${budget}`, "left"]],
        { badBelow: 0, width: 6 },
      ),
      stat(
        `${title}: burn rate, 1 h`,
        "short",
        "1 uses up exactly the budget; 14.4 uses 2 % of it in an hour, and pages.",
        [[`max(${share("1h")}) / ${budget}`, "burn"]],
        { badFrom: 14.4, width: 6 },
      ),
      stat(
        `${title}: burn rate, 6 h`,
        "short",
        "6 uses 5 % of the budget in six hours, and pages.",
        [[`max(${share("6h")}) / ${budget}`, "burn"]],
        { badFrom: 6, width: 6 },
      ),
      lines(
        `${title}: burn rates`,
        "short",
        "A long window says that it matters, a short one that it still goes on.",
        shown.map((window) => [`max(${share(window)}) / ${budget}`, window] as const),
        { width: 12 },
      ),
      lines(
        `${title}: bad requests`,
        "percentunit",
        "Share of bad requests by window, beside what may be.",
        [
          [`max(${share("5m")})`, "5m"],
          [`max(${share("1h")})`, "1h"],
          [`max(${share("30d")})`, "30d"],
        ],
        { width: 12, badFrom: budget },
      ),
    ],
  };
}

/** What was promised, what is left of the budget, and who spends it. */
export const slo: Board = {
  name: "slo",
  title: "Garment gateway / Objectives and error budget",
  about:
    "Are the promises kept? docs/observability.md says what is promised; the windows and factors are those of The Site Reliability Workbook, chapter 5.",
  variables: [jobVariable],
  rows: [
    ...objectives.map(rowOf),
    {
      title: "Who spends it?",
      panels: [
        lines(
          "Requests and failures",
          "reqps",
          "What counts, and what of it was bad.",
          [
            [`sum(${rate(own(requests, serviceRoutes))})`, "requests"],
            [rateOrZero(requests, `${serviceRoutes}, status=~"5.."`), "failed"],
          ],
          { width: 12 },
        ),
        lines(
          "Failures by route and status",
          "reqps",
          "503 is shed load or no backend, 502 a backend's failure, 504 the deadline, 500 a defect of ours.",
          [
            [
              `sum by (route, status) (${rate(own(requests, `${serviceRoutes}, status=~"5.."`))})`,
              "{{route}} {{status}}",
            ],
          ],
          { width: 12 },
        ),
      ],
    },
  ],
};
