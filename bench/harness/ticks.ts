/** Round numbers (1, 2 or 5 times a power of ten apart) from 0 up that cover `max` in about `count` steps. */
export function ticksUpTo(max: number, count = 5): number[] {
  const rough = Math.max(max, 1e-9) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough - 1e-12) ?? 10) * power;
  const steps = Math.max(1, Math.ceil(max / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, at) => Number((at * step).toPrecision(12)));
}
