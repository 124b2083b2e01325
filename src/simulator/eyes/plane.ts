/** One channel of an image, row by row. */
export interface Plane {
  values: Float32Array;
  width: number;
  height: number;
}

/** Detail grows by factors, not by sums; the offset is about the noise of a JPEG. */
export function logOf(value: number): number {
  return Math.log(value + 0.003);
}
