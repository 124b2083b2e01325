import type { Pixels } from "../sighting.ts";

/** An image in OKLab, one plane a channel: l in 0..1, a (green to red) and b (blue to yellow) in about -0.4..0.4. */
export interface LabImage {
  width: number;
  height: number;
  l: Float32Array;
  a: Float32Array;
  b: Float32Array;
}

const linear = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** sRGB bytes to OKLab (Björn Ottosson, https://bottosson.github.io/posts/oklab/). */
export function toOklab(pixels: Pixels): LabImage {
  const count = pixels.width * pixels.height;
  const image: LabImage = {
    width: pixels.width,
    height: pixels.height,
    l: new Float32Array(count),
    a: new Float32Array(count),
    b: new Float32Array(count),
  };
  for (let i = 0; i < count; i++) {
    const red = linear[pixels.data[i * 3]!]!;
    const green = linear[pixels.data[i * 3 + 1]!]!;
    const blue = linear[pixels.data[i * 3 + 2]!]!;
    const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    image.l[i] = 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short;
    image.a[i] = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
    image.b[i] = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
  }
  return image;
}
