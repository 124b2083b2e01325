/** Builds small ICC profiles (ICC.1:2022) for tests, and says what their colours are in sRGB, by arithmetic of its own. */
import type { Rgb } from "./images.ts";

type Matrix = readonly [Rgb, Rgb, Rgb];

/** A profile of primaries in D50 XYZ (one triple a channel) and a curve. */
export interface RgbSpace {
  primaries: Matrix;
  curve: { gamma: number } | "srgb";
}

export const adobeRgb: RgbSpace = {
  primaries: [
    [0.609_74, 0.311_11, 0.019_47],
    [0.205_28, 0.625_67, 0.060_87],
    [0.149_19, 0.063_22, 0.744_57],
  ],
  curve: { gamma: 563 / 256 },
};

export const displayP3: RgbSpace = {
  primaries: [
    [0.515_12, 0.241_2, -0.001_05],
    [0.291_98, 0.692_25, 0.041_89],
    [0.157_1, 0.066_57, 0.784_07],
  ],
  curve: "srgb",
};

export const sRgb: RgbSpace = {
  primaries: [
    [0.436_07, 0.222_49, 0.013_92],
    [0.385_15, 0.716_87, 0.097_08],
    [0.143_07, 0.060_61, 0.714_1],
  ],
  curve: "srgb",
};

const d50: Rgb = [0.9642, 1, 0.8249];

export function rgbProfile({ primaries, curve }: RgbSpace): Buffer {
  const trc = curve === "srgb" ? parametricSrgb() : gammaCurve(curve.gamma);
  return profile("RGB ", [
    ["wtpt", xyz(d50)],
    ...(["rXYZ", "gXYZ", "bXYZ"] as const).map((name, at) => [name, xyz(primaries[at] as Rgb)] as const),
    ...(["rTRC", "gTRC", "bTRC"] as const).map((name) => [name, trc] as const),
  ]);
}

export function greyProfile(gamma: number): Buffer {
  return profile("GRAY", [
    ["wtpt", xyz(d50)],
    ["kTRC", gammaCurve(gamma)],
  ]);
}

/** What a colour of a space is in sRGB, out-of-gamut channels clipped. */
export function toSrgb(colour: Rgb, { primaries, curve }: RgbSpace): Rgb {
  const linear = colour.map((value) => (curve === "srgb" ? decodeSrgb(value / 255) : (value / 255) ** curve.gamma));
  const cie = [0, 1, 2].map((row) =>
    primaries.reduce((sum, primary, at) => sum + (primary[row] ?? 0) * (linear[at] ?? 0), 0),
  );
  // D50 XYZ to linear sRGB: the inverse of sRGB's own primaries.
  const toLinearSrgb: Matrix = [
    [3.133_856_1, -1.616_866_7, -0.490_614_6],
    [-0.978_768_4, 1.916_141_5, 0.033_454],
    [0.071_945_3, -0.228_991_4, 1.405_242_7],
  ];
  const [r, g, b] = toLinearSrgb.map((row) =>
    Math.round(255 * encodeSrgb(row.reduce((sum, factor, at) => sum + factor * (cie[at] ?? 0), 0))),
  ) as [number, number, number];
  return [r, g, b];
}

export function encodeSrgb(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear));
  return clipped <= 0.003_130_8 ? clipped * 12.92 : 1.055 * clipped ** (1 / 2.4) - 0.055;
}

function decodeSrgb(value: number): number {
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Puts a profile into a JPEG as APP2 (ICC.1:2022, B.4). */
export function withJpegProfile(jpeg: Buffer, icc: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from("ICC_PROFILE\0\x01\x01", "latin1"), icc]);
  const segment = Buffer.from([0xff, 0xe2, 0, 0]);
  segment.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), segment, body, jpeg.subarray(2)]);
}

function profile(space: string, tags: readonly (readonly [string, Buffer])[]): Buffer {
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x02_40_00_00, 8);
  header.write("mntr", 12, "latin1");
  header.write(space, 16, "latin1");
  header.write("XYZ ", 20, "latin1");
  header.write("acsp", 36, "latin1");
  d50.forEach((value, at) => header.writeInt32BE(Math.round(value * 65_536), 68 + at * 4));
  const table = Buffer.alloc(4 + tags.length * 12);
  table.writeUInt32BE(tags.length, 0);
  let offset = header.length + table.length;
  tags.forEach(([name, body], at) => {
    table.write(name, 4 + at * 12, "latin1");
    table.writeUInt32BE(offset, 8 + at * 12);
    table.writeUInt32BE(body.length, 12 + at * 12);
    offset += body.length;
  });
  const whole = Buffer.concat([header, table, ...tags.map(([, body]) => body)]);
  whole.writeUInt32BE(whole.length, 0);
  return whole;
}

function xyz(values: Rgb): Buffer {
  return tag(
    "XYZ ",
    values.map((value) => Math.round(value * 65_536)),
  );
}

function parametricSrgb(): Buffer {
  const parameters = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.040_45].map((value) => Math.round(value * 65_536));
  return tag("para", [3 << 16, ...parameters]);
}

function gammaCurve(gamma: number): Buffer {
  return tag("curv", [1, Math.round(gamma * 256) << 16]);
}

function tag(type: string, words: readonly number[]): Buffer {
  const body = Buffer.alloc(8 + words.length * 4);
  body.write(type, 0, "latin1");
  words.forEach((value, at) => body.writeInt32BE(value, 8 + at * 4));
  return body;
}
