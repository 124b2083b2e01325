/** Mean over a square window of `2 * radius + 1` pixels, clipped at the edges. */
export function boxBlur(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  return blurLines(blurLines(plane, width, height, 1, width, radius), height, width, width, 1, radius);
}

function blurLines(
  plane: Float32Array,
  length: number,
  lines: number,
  step: number,
  lineStep: number,
  radius: number,
): Float32Array {
  const result = new Float32Array(plane.length);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    let sum = 0;
    let count = 0;
    for (let i = 0; i < Math.min(radius, length); i++) {
      sum += plane[start + i * step]!;
      count++;
    }
    for (let i = 0; i < length; i++) {
      if (i + radius < length) {
        sum += plane[start + (i + radius) * step]!;
        count++;
      }
      if (i - radius - 1 >= 0) {
        sum -= plane[start + (i - radius - 1) * step]!;
        count--;
      }
      result[start + i * step] = sum / count;
    }
  }
  return result;
}
