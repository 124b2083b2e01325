import { answersFor, exactFiguresOf, judgedFiguresOf, mistakes, reliabilityOf } from "./judge.ts";
import type { Figure, Judged } from "./judge.ts";
import { judgedFigures } from "./rules.ts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** One table: a row a figure, builds side by side. */
export function figureTable(builds: Record<string, readonly Judged[]>): string {
  const names = Object.keys(builds);
  const rows = (figuresOf: (judged: readonly Judged[]) => Figure[], suffix: string) => {
    const perBuild = names.map((name) => figuresOf(builds[name]!));
    return perBuild[0]!.map(({ name, count, bestConstant, constant }, i) => {
      const shares = perBuild.map((figures) => percent(figures[i]!.right));
      return [`${name}${suffix}`].concat(shares, `${percent(bestConstant)} (${constant})`, `${count}`);
    });
  };
  return markdown(
    ["figure", ...names, "best constant", "photos"],
    [...rows(judgedFiguresOf, ""), ...rows(exactFiguresOf, ", exact")],
  );
}

/** For every judged figure: thirds of the answers by stated probability. */
export function reliabilityTable(judged: readonly Judged[]): string {
  const rows = judgedFigures.map((figure) => [
    figure,
    ...reliabilityOf(answersFor(figure, judged)).map(
      ({ count, meanProbability, right }) => `${percent(right)} (said ${meanProbability.toFixed(2)}, n ${count})`,
    ),
  ]);
  return markdown(["right among the", "least sure third", "middle third", "surest third"], rows);
}

export function mistakeTable(judged: readonly Judged[]): string {
  const rows = judgedFigures.map((figure) => [
    figure,
    mistakes(answersFor(figure, judged))
      .slice(0, 8)
      .map(([mistake, count]) => `${mistake} ${count}`)
      .join(", "),
  ]);
  return markdown(["figure", "mistakes"], rows);
}

function markdown(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
