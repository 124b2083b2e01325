import { crc32, deflateSync } from "node:zlib";

const headerBytes = 128;

/** The columns of sRGB's matrix in ICC's D50 space, as sRGB profiles carry them (rounded differently from one to the next). */
const srgbPrimaries: readonly [string, readonly [number, number, number]][] = [
  ["rXYZ", [0.4361, 0.2225, 0.0139]],
  ["gXYZ", [0.3851, 0.7169, 0.0971]],
  ["bXYZ", [0.1431, 0.0606, 0.7141]],
];
const primaryTolerance = 0.004;
// Two steps of 255: the shortest sRGB profiles carry curves of a few points.
const curveTolerance = 2 / 255;

/** What a profile describes: `RGB `, `GRAY`, `CMYK`, … (ICC.1:2022, 7.2.6); empty where there is no header. */
export function profileSpace(icc: Buffer): string {
  return icc.length < headerBytes + 4 ? "" : icc.toString("latin1", 16, 20);
}

/**
 * Whether a profile says what is assumed without one: sRGB's primaries and sRGB's curve. Judged by its numbers, because
 * everyone names it differently. A profile that maps through tables is never taken for sRGB.
 */
export function isSrgbProfile(icc: Buffer): boolean {
  if (profileSpace(icc) !== "RGB " || readTag(icc, "A2B0") !== undefined) return false;
  const hasPrimaries = srgbPrimaries.every(([name, expected]) => {
    const tag = readTag(icc, name);
    if (tag === undefined || tag.length < 20) return false;
    return expected.every((value, at) => Math.abs(fixed(tag, 8 + at * 4) - value) <= primaryTolerance);
  });
  return hasPrimaries && ["rTRC", "gTRC", "bTRC"].every((name) => isSrgbCurve(readTag(icc, name)));
}

function readTag(icc: Buffer, name: string): Buffer | undefined {
  const count = icc.readUInt32BE(headerBytes);
  for (let at = headerBytes + 4; at + 12 <= icc.length && at < headerBytes + 4 + count * 12; at += 12) {
    if (icc.toString("latin1", at, at + 4) !== name) continue;
    const offset = icc.readUInt32BE(at + 4);
    return icc.subarray(offset, offset + icc.readUInt32BE(at + 8));
  }
  return undefined;
}

function isSrgbCurve(tag: Buffer | undefined): boolean {
  const curve = tag === undefined ? undefined : readCurve(tag);
  if (curve === undefined) return false;
  return [0.1, 0.25, 0.5, 0.75, 0.9].every((value) => Math.abs(encodeSrgb(curve(value)) - value) <= curveTolerance);
}

/** A curve from encoded to linear values: `curv` (ICC.1:2022, 10.6) or `para` (10.18) as far as sRGB profiles use it. */
function readCurve(tag: Buffer): ((value: number) => number) | undefined {
  const type = tag.toString("latin1", 0, 4);
  if (type === "curv" && tag.length >= 12) return readSampledCurve(tag);
  if (type === "para" && tag.length >= 32 && tag.readUInt16BE(8) === 3) {
    const [g, a, b, c, d] = [12, 16, 20, 24, 28].map((at) => fixed(tag, at)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return (value) => (value >= d ? (a * value + b) ** g : c * value);
  }
  return undefined;
}

function readSampledCurve(tag: Buffer): ((value: number) => number) | undefined {
  const count = tag.readUInt32BE(8);
  if (tag.length < 12 + count * 2) return undefined;
  if (count === 0) return (value) => value;
  if (count === 1) return (value) => value ** (tag.readUInt16BE(12) / 256);
  const sample = (at: number): number => tag.readUInt16BE(12 + at * 2) / 65_535;
  return (value) => {
    const position = value * (count - 1);
    const below = Math.min(Math.floor(position), count - 2);
    return sample(below) + (position - below) * (sample(below + 1) - sample(below));
  };
}

function encodeSrgb(linear: number): number {
  return linear <= 0.003_130_8 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** s15Fixed16Number. */
function fixed(tag: Buffer, at: number): number {
  return tag.readInt32BE(at) / 65_536;
}

const pngHeaderBytes = 33;

/** Puts a profile into a PNG that has none, right after its header (PNG 3, 11.3.2.3). */
export function embedProfile(png: Buffer, icc: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from("iCCPicc\0\0", "latin1"), deflateSync(icc, { level: 1 })]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length - 4);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([png.subarray(0, pngHeaderBytes), length, body, checksum, png.subarray(pngHeaderBytes)]);
}
