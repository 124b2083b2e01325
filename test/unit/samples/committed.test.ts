import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import sharp from "sharp";
import { drawFront, labelsOf, planGarments } from "../../../samples/draw/index.ts";
import { closures, defects, necklines, patterns, sleeveLengths, types } from "../../../samples/draw/vocabulary.ts";
import type { Attributes, FieldName } from "../../../schemas/garment.ts";
import { sha256 } from "../../../src/kernel/index.ts";

interface Line {
  image: string;
  labels: Attributes;
  views: { front: string; tag?: string };
  drawing: string;
}

const folder = join(import.meta.dirname, "../../../samples/garments");

describe("the committed samples", () => {
  let lines: Line[] = [];
  before(() => {
    const text = readFileSync(join(folder, "labels.jsonl"), "utf8");
    lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
  });

  test("are what the script draws from seed 1 today", () => {
    assert.ok(lines.length >= 60);
    const plans = planGarments(1, lines.length);
    assert.deepEqual(
      lines.map(({ labels }) => labels),
      plans.map(labelsOf),
    );
    assert.deepEqual(
      lines.map(({ drawing }) => drawing),
      plans.map((plan) => sha256(drawFront(plan))),
      "run: npm run samples",
    );
    assert.deepEqual(
      lines.map(({ views }) => views.tag !== undefined),
      plans.map(({ tag }) => tag !== null),
    );
  });

  test("show every type, pattern, neckline, sleeve length, closure and defect at least once", () => {
    const lists: Partial<Record<FieldName, readonly string[]>> = {
      type: types,
      pattern: patterns,
      neckline: necklines,
      sleeve_length: sleeveLengths,
      closure: closures,
      defect_type: defects,
    };
    for (const [field, list] of Object.entries(lists)) {
      const seen = new Set(lines.map(({ labels }) => labels[field as FieldName]));
      assert.deepEqual(
        list.filter((word) => !seen.has(word)),
        [],
        field,
      );
    }
  });

  test("are exactly the files that the labels name", () => {
    const named = lines.flatMap(({ image, views }) => {
      assert.equal(image, views.front);
      return Object.values(views);
    });
    assert.deepEqual(readdirSync(folder).sort(), [...named, "labels.jsonl"].sort());
  });

  test("are small: 40 KB a picture, 4 MB in all", () => {
    const bytes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    assert.ok(bytes.reduce((sum, size) => sum + size, 0) <= 4_000_000);
    for (const { views } of lines) {
      for (const name of Object.values(views)) assert.ok(statSync(join(folder, name)).size <= 40_000, name);
    }
  });

  test("decode to their size and carry no metadata", async () => {
    for (const { views } of lines) {
      for (const [view, name] of Object.entries(views)) {
        const picture = sharp(join(folder, name), { failOn: "warning" });
        const { width, height, format, exif, icc, iptc, xmp } = await picture.metadata();
        assert.deepEqual([format, width, height], view === "tag" ? ["jpeg", 480, 640] : ["jpeg", 600, 800], name);
        assert.deepEqual([exif, icc, iptc, xmp], [undefined, undefined, undefined, undefined], name);
        await picture.resize(8, 8).raw().toBuffer();
      }
    }
  });

  test("look like their drawings: each photo is nearest to its own among all that are compared", async () => {
    const indexes = new Set([0, 7, 15, 31, 46, 59]);
    const plans = planGarments(1, lines.length).filter(({ index }) => indexes.has(index));
    const drawings = await Promise.all(plans.map((plan) => thumbnailOfDrawing(drawFront(plan))));
    for (const [i, plan] of plans.entries()) {
      const photo = await thumbnailOfPhoto(join(folder, lines[plan.index]?.image ?? ""));
      const distances = drawings.map((drawing) => distance(drawing, photo));
      assert.equal(distances.indexOf(Math.min(...distances)), i, `garment ${plan.index}`);
      assert.ok(
        (distances[i] ?? Infinity) < 20,
        `garment ${plan.index} is ${distances[i]} levels away from its drawing`,
      );
    }
  });
});

/** A quarter of the size is enough here and takes a sixteenth of the time. */
async function thumbnailOfDrawing(svg: string): Promise<Buffer> {
  const small = await sharp(Buffer.from(svg), { density: 18 }).removeAlpha().png().toBuffer();
  // The camera sees the middle five sixths of the drawing.
  return sharp(small).extract({ left: 15, top: 20, width: 150, height: 200 }).resize(12, 16).raw().toBuffer();
}

async function thumbnailOfPhoto(file: string): Promise<Buffer> {
  return sharp(file).resize(12, 16).raw().toBuffer();
}

function distance(a: Buffer, b: Buffer): number {
  assert.equal(a.length, b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}
