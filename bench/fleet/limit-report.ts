import type { Chart, Row } from "../harness/bench.ts";
import { drawLineChart } from "../harness/line-chart.ts";
import { formatFigure } from "../harness/table.ts";
import type { LimitRun } from "./limit.ts";

const phaseNames = ["found from nothing", "after the slots halved", "after the slots doubled"];

export function limitRows({ phases }: LimitRun): Row[] {
  return phases.flatMap(({ slots, limitOverSlots, secondsToClose, from, to }, at): Row[] => [
    {
      measure: `limit over true slots, ${phaseNames[at]}`,
      unit: "ratio",
      rounds: [limitOverSlots],
      over: `${slots} slots; median of the last third of ${formatFigure(to - from, "s")}`,
      // The way up again is shown; what has to be reached is to be found from below, and to follow when slots are lost.
      ...(at < 2 && { reach: { atLeast: 0.8, atMost: 1.2 } }),
    },
    {
      measure: `time until within 20 %, ${phaseNames[at]}`,
      unit: "s",
      rounds: [secondsToClose],
      over: "",
    },
  ]);
}

export function limitChart({ points, phases }: LimitRun): Chart {
  const title = "The limit while a backend's true slots halve and double (simulated)";
  const end = phases.at(-1)?.to ?? 1;
  return {
    name: "fleet-limit",
    title,
    svg: drawLineChart({
      title,
      x: { label: "seconds of full load", max: end },
      y: { label: "calls at once", max: Math.max(40, ...points.map(([, limit]) => limit)) },
      series: [
        { name: "the gateway's limit", points, style: "step" },
        {
          name: "true slots",
          points: phases.flatMap(({ slots, from, to }): [number, number][] => [
            [from, slots],
            [to, slots],
          ]),
          style: "dashed",
        },
      ],
    }),
  };
}
