import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";
import { answersFor, disagreement, judgedFiguresOf, reliabilityOf } from "../../../scripts/eyes/judge.ts";
import { builds, lookAt } from "../../../scripts/eyes/look-at.ts";
import { readPhotos } from "../../../scripts/eyes/photos.ts";
import { baseColourOf, judgedFigures } from "../../../scripts/eyes/rules.ts";

const folder = fileURLToPath(new URL("../../../../shared/garments", import.meta.url));
const photos = readPhotos(folder);
const skip = photos === null && "NOT MEASURED: the labelled photos are not in ../shared/garments";

const least = { "base colour": 0.6, "plain or patterned": 0.68, kind: 0.65 };
const leastMargin = 0.1;

describe("on photos that the eyes were not tuned on", { skip }, async () => {
  if (photos === null) return;
  const { seen } = await lookAt(photos.heldOut);

  for (const build of builds)
    for (const { name, right, bestConstant } of judgedFiguresOf(seen[build]))
      test(`${build} sees ${name} well enough, and ten points better than the best constant answer`, () => {
        assert.ok(right >= least[name as keyof typeof least], `${right} right`);
        assert.ok(right >= bestConstant + leastMargin, `${right} right against ${bestConstant}`);
      });

  test("the two builds differ on a few fields, as quantised builds do", () => {
    const share = disagreement(seen.fp8, seen.nvfp4);
    assert.ok(share >= 0.03 && share <= 0.12, `${share} of the fields`);
  });

  for (const figure of judgedFigures)
    test(`a surer answer for ${figure} is more often right`, () => {
      const [unsure, , sure] = reliabilityOf(answersFor(figure, seen.fp8));
      assert.ok(sure!.right > unsure!.right, `${sure!.right} of the surest, ${unsure!.right} of the least sure`);
    });
});

test("the base colour of a label is the head word of its first colour", () => {
  const bases = ["navy blue and white", "light grey", "blue grey", "olive green", "burgundy", "multicolor"].map(
    baseColourOf,
  );
  assert.deepEqual(bases, ["blue", "grey", "grey", "green", "red", "multicolor"]);
});
