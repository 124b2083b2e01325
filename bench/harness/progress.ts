/** Says on a terminal how far a bench is; elsewhere each step is one line. */
export interface Progress {
  /** A new step begins. */
  step(label: string): void;
  /** Clears the bar. */
  done(): void;
}

const barWidth = 24;
const redrawMs = 500;

/** Opens the progress of a bench that takes about `seconds`. */
export function openProgress(stream: NodeJS.WriteStream, seconds: number): Progress {
  const startedAt = performance.now();
  let label = "";
  const elapsed = (): number => (performance.now() - startedAt) / 1000;

  function draw(): void {
    stream.write(`\r\u001b[2K${renderBar(elapsed(), seconds, label).slice(0, stream.columns - 1)}`);
  }

  const timer = stream.isTTY ? setInterval(draw, redrawMs) : undefined;
  timer?.unref();
  return {
    step(next) {
      label = next;
      if (stream.isTTY) draw();
      else stream.write(`${elapsed().toFixed(0).padStart(4)} s  ${label}\n`);
    },
    done() {
      clearInterval(timer);
      if (stream.isTTY) stream.write("\r\u001b[2K");
    },
  };
}

/** The bar as text. It never claims to be finished: what takes longer than planned stands at 99 %. */
export function renderBar(elapsedSeconds: number, seconds: number, label: string): string {
  const share = Math.min(0.99, elapsedSeconds / Math.max(1, seconds));
  const full = Math.floor(share * barWidth);
  const bar = `${"█".repeat(full)}${"░".repeat(barWidth - full)}`;
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${elapsedSeconds.toFixed(0)} of about ${seconds} s  ${label}`;
}
