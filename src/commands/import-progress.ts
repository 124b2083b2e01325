import type { Clock } from "../kernel/index.ts";

interface Progress {
  accepted: number;
  rejectedCount: number;
  bytes: number;
}

/** Where it is shown: a terminal is drawn over, anything else gets a line now and then. */
interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

interface ProgressDisplay {
  update(progress: Progress): void;
  /** Leaves the terminal's line, with the last state where one is given. Calling it again does nothing. */
  end(progress?: Progress): void;
}

const barWidth = 24;
const redrawMs = 100;
const lineMs = 1000;

/** Shows how an import goes on. `total` is the input's size in bytes, null where it is not known. */
export function showProgress(output: Output, total: number | null, clock: Clock): ProgressDisplay {
  const start = clock.now();
  const isTerminal = output.isTTY === true;
  let shownAt = -Infinity;
  let isEnded = false;

  function show(progress: Progress): void {
    shownAt = clock.now();
    const text = describeProgress(progress, total, shownAt - start);
    output.write(isTerminal ? `\r\u{1b}[2K${text}` : `${text}\n`);
  }

  return {
    update(progress) {
      if (clock.now() - shownAt >= (isTerminal ? redrawMs : lineMs)) show(progress);
    },
    end(progress) {
      if (isEnded) return;
      isEnded = true;
      if (!isTerminal) return;
      if (progress !== undefined) show(progress);
      if (shownAt !== -Infinity) output.write("\n");
    },
  };
}

/** One line: how far it is, what is accepted, how fast, how long it still takes. */
export function describeProgress(
  { accepted, rejectedCount, bytes }: Progress,
  total: number | null,
  elapsedMs: number,
): string {
  const seconds = Math.max(elapsedMs / 1000, 0.001);
  const share = total === null || total === 0 ? null : Math.min(1, bytes / total);
  const parts = [`${accepted} accepted`, `${Math.round(accepted / seconds)}/s`];
  if (rejectedCount > 0) parts.splice(1, 0, `${rejectedCount} rejected`);
  if (share !== null && share > 0) {
    if (share < 1) parts.push(`${formatSeconds((seconds / share) * (1 - share))} left`);
    const full = Math.round(share * barWidth);
    parts.unshift(`[${"#".repeat(full)}${"-".repeat(barWidth - full)}] ${Math.floor(share * 100)} %`);
  }
  return parts.join("  ");
}

function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 90 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}
