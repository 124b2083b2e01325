import type { Row } from "../harness/bench.ts";
import { median } from "../harness/statistics.ts";
import { formatFigure } from "../harness/table.ts";
import { perAnswer } from "./compare.ts";
import type { CaseRun } from "./rounds.ts";

/** CPU of the gateway's process: for a live answer with the mirror off, and what a mirrored one adds to that. */
export function costRows({ one, rounds }: CaseRun): Row[] {
  const cpu = (side: "on" | "off"): number[] => rounds.map((round) => perAnswer(round[side], ({ cpuMs }) => cpuMs));
  const [on, off] = [cpu("on"), cpu("off")];
  const mirrored = rounds.map((round) => perAnswer(round.on, ({ answered, failed }) => answered + failed));
  const added = on.map((each, at) => (each - (off[at] as number)) / (mirrored[at] as number));
  return [
    {
      measure: `${one.title}: the gateway's CPU-ms per live answer, on over off`,
      unit: "ratio",
      rounds: on.map((each, at) => each / (off[at] as number)),
      over: `${formatFigure(median(off), "cpu_ms")} off`,
    },
    ...(one.mirrorRate === 1 && !one.isCardShared
      ? [
          {
            measure: `${one.title}: what a mirrored answer costs the gateway`,
            unit: "cpu_ms" as const,
            rounds: added,
            over: "the mirrored answers",
          },
        ]
      : []),
  ];
}
