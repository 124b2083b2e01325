/**
 * `npm run eyes`: how well the simulator's eyes see, measured on real photos that they were not tuned on.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { EyesBuild } from "../src/simulator/eyes/index.ts";
import { crossValidate } from "./eyes/cross-validate.ts";
import { disagreement } from "./eyes/judge.ts";
import type { Judged } from "./eyes/judge.ts";
import { lookAt, readExamples } from "./eyes/look-at.ts";
import { prepare, readPhotos } from "./eyes/photos.ts";
import type { Photos } from "./eyes/photos.ts";
import { figureTable, mistakeTable, reliabilityTable } from "./eyes/report.ts";
import { train } from "./eyes/train.ts";
import type { Example } from "./eyes/train.ts";
import { prepareVariations } from "./eyes/variations.ts";

const usage = `npm run eyes [-- judge|cross-validate|train] [--photos DIR] [--samples DIR] [--write]

How well the simulator's eyes see. The photos are split by a hash of their file names: 60 % to tune on, 40 % held out.
  judge            (default) tables for the held-out part, for all photos, and for the drawn samples where there are any
  cross-validate   the same tables inside the tuning part, by eyes trained on other photos of it; use this while tuning
  train            learns anew from the tuning part and writes src/simulator/eyes/model.json (about a minute; then: npm run format)
  --photos DIR     folder with labels.jsonl and photos (default ../shared/garments)
  --samples DIR    folder with labels.jsonl and drawings (default samples/garments)
  --drawings DIR   for cross-validate and train: drawings of another seed than the samples' (default data/eyes-drawings),
                   made by: npm run samples -- --count 200 --seed 777 --out data/eyes-drawings
  --write          with judge: puts the tables into docs/simulator-eyes.md`;

const { values, positionals } = readArguments();
const command = positionals[0] ?? "judge";
const modelFile = new URL("../src/simulator/eyes/model.json", import.meta.url);
const docsFile = new URL("../docs/simulator-eyes.md", import.meta.url);

if (values.help || !["judge", "cross-validate", "train"].includes(command)) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
const photos = readPhotos(values.photos);
if (photos === null) {
  console.error(`No labelled photos in ${values.photos}: give their folder with --photos DIR (it holds labels.jsonl).`);
  process.exit(1);
}
if (command === "judge") await judgeAll(photos);
if (command === "cross-validate") await crossValidateTuning(photos);
if (command === "train") await trainAnew(photos);

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean" },
        write: { type: "boolean" },
        photos: { type: "string", default: "../shared/garments" },
        samples: { type: "string", default: "samples/garments" },
        drawings: { type: "string", default: "data/eyes-drawings" },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

async function judgeAll({ tuning, heldOut }: Photos): Promise<void> {
  const { seen, milliseconds } = await lookAt(heldOut);
  const rest = await lookAt(tuning);
  const all = { fp8: [...rest.seen.fp8, ...seen.fp8], nvfp4: [...rest.seen.nvfp4, ...seen.nvfp4] };
  const drawn = readPhotos(values.samples);
  const parts = [
    `Measured on ${new Date().toISOString().slice(0, 10)} with Node ${process.version} on photos fitted into 480 x 640 pixels, JPEG of quality 88; ` +
      `${milliseconds.toFixed(0)} ms of CPU time a look. Part held out: ${heldOut.length} photos; tuned on: ${tuning.length}.`,
    ...section("Held-out photos", seen),
    ...section("All photos, those tuned on included", all),
  ];
  if (drawn) {
    const drawings = await lookAt([...drawn.tuning, ...drawn.heldOut]);
    parts.push(...section("Garments drawn by the project, of another seed than those learned from", drawings.seen));
  }
  const report = parts.join("\n\n");
  console.log(report);
  if (values.write) writeDocs(report);
}

async function crossValidateTuning({ tuning }: Photos): Promise<void> {
  const seen = crossValidate(await readExamples(tuning, prepareVariations), await readDrawings());
  console.log(section("Tuning photos, cross-validated", seen).join("\n\n"));
}

async function trainAnew({ tuning }: Photos): Promise<void> {
  const model = train(await readExamples(tuning, prepareVariations), await readDrawings());
  writeFileSync(modelFile, `${JSON.stringify(model)}\n`);
  console.log(`Learned from ${tuning.length} photos and the drawings; wrote src/simulator/eyes/model.json.`);
}

async function readDrawings(): Promise<Example[]> {
  const drawings = readPhotos(values.drawings);
  if (drawings === null) throw new Error(`No drawings in ${values.drawings}; --help says how to make them.`);
  return readExamples([...drawings.tuning, ...drawings.heldOut], async (path) => [await prepare(path)]);
}

function section(title: string, seen: Record<EyesBuild, Judged[]>): string[] {
  return [
    `## ${title}`,
    figureTable(seen),
    `The two builds differ on ${(100 * disagreement(seen.fp8, seen.nvfp4)).toFixed(1)} % of the fields.`,
    reliabilityTable(seen.fp8),
    mistakeTable(seen.fp8),
  ];
}

/** Replaces what stands between the two marks; the text around them is written by hand. */
function writeDocs(report: string): void {
  const [start, end] = ["<!-- measured: start -->", "<!-- measured: end -->"];
  const text = readFileSync(docsFile, "utf8");
  const [before, rest] = text.split(start) as [string, string | undefined];
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/simulator-eyes.md lacks the marks ${start} and ${end}`);
  writeFileSync(docsFile, `${before}${start}\n\n${report}\n\n${end}${after}`);
}
