import { cpus } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Under what circumstances figures came about. */
export interface Conditions {
  date: string;
  node: string;
  cpu: string;
  cores: number;
  seconds: number;
  /** Share of all cores that was busy, whatever with: near 1 the machine was the limit and the figures show nothing else. */
  cpuBusy: number;
  /** How late the load generator's own event loop was. */
  generatorDelayP99Ms: number;
}

/** Starts to watch; what it returns ends that and tells. */
export function watchConditions(): () => Conditions {
  const startedAt = performance.now();
  const before = cpuTimes();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  return () => {
    delay.disable();
    const after = cpuTimes();
    const list = cpus();
    return {
      date: new Date().toISOString().slice(0, 10),
      node: process.version,
      cpu: list[0]?.model ?? "unknown",
      cores: list.length,
      seconds: Math.round((performance.now() - startedAt) / 1000),
      cpuBusy: (after.busy - before.busy) / Math.max(1, after.all - before.all),
      generatorDelayP99Ms: delay.percentile(99) / 1e6,
    };
  };
}

function cpuTimes(): { busy: number; all: number } {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const total = Object.values(times).reduce((sum, ms) => sum + ms, 0);
    all += total;
    busy += total - times.idle;
  }
  return { busy, all };
}

export function describeConditions(conditions: Conditions, command: string): string {
  const { date, node, cpu, cores, seconds, cpuBusy, generatorDelayP99Ms } = conditions;
  return (
    `Measured on ${date} by \`${command}\` in ${seconds} s: ${cores} cores (${cpu}), Node ${node}; ` +
    `${(cpuBusy * 100).toFixed(0)} % of the cores busy, p99 of the load generator's own delay ${generatorDelayP99Ms.toFixed(0)} ms.`
  );
}
