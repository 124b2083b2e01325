import { boxBlur } from "./box-blur.ts";
import type { Plane } from "./plane.ts";

const longestLag = 24;

/**
 * How a surface repeats along each axis: height of the best autocorrelation peak over the trough before it (stripes,
 * checks, dots), and how alike near neighbours are.
 */
export function describeRepeats(light: Plane, inner: Int32Array): number[] {
  const { values, width, height } = light;
  const shading = boxBlur(values, width, height, 10);
  // Zero outside, so that a partner outside the garment drops out of both sums.
  const detail = new Float32Array(values.length);
  for (const at of inner) detail[at] = values[at]! - shading[at]!;
  return [1, width].flatMap((step) => {
    const curve: number[] = [];
    for (let lag = 1; lag <= longestLag; lag++) curve.push(correlate(detail, inner, lag * step));
    const trough = curve.indexOf(Math.min(...curve.slice(0, 16)));
    return [Math.max(...curve.slice(trough)) - curve[trough]!, curve[0]!, curve[3]!];
  });
}

function correlate(detail: Float32Array, inner: Int32Array, offset: number): number {
  let product = 0;
  let energy = 0;
  for (let k = 0; k < inner.length; k += 3) {
    const at = inner[k]!;
    const other = at + offset < detail.length ? detail[at + offset]! : 0;
    if (other === 0) continue;
    const own = detail[at]!;
    product += own * other;
    energy += own * own + other * other;
  }
  return energy > 0 ? (2 * product) / energy : 0;
}
