/** `npm run samples`: draws labelled garments into a folder; see samples/README.md. */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sha256 } from "../src/kernel/index.ts";
import { drawFront, drawTag, labelsOf, photograph, planGarments, streamOf } from "./draw/index.ts";
import type { GarmentPlan } from "./draw/index.ts";

const usage = `npm run samples -- [--count 72] [--seed 1] [--out samples/garments]

Draws garments with exact labels: NNN-front.jpg, for some also NNN-tag.jpg (the size tag), and labels.jsonl with one
garment a line: { "image": …, "labels": { nine fields }, "views": { "front": …, "tag": … } }.

  --count N   how many garments (1 to 9999). The first N of a longer run are the same garments.
  --seed N    another seed, other garments. The same seed gives the same labels everywhere, and the same bytes on the
              same machine.
  --out DIR   where to write. Files of the same name are replaced, others stay.

  npm run samples -- --count 500 --seed 7 --out data/garments      a larger set for an evaluation`;

/** Small files, because they are part of the repository. */
const front = { width: 600, height: 800, maxBytes: 40_000 };
const tag = { width: 480, height: 640, maxBytes: 24_000 };

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: "string", default: "72" },
      seed: { type: "string", default: "1" },
      out: { type: "string", default: "samples/garments" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const plans = planGarments(wholeNumber("seed", values.seed, 0, 2 ** 31), wholeNumber("count", values.count, 1, 9999));
  mkdirSync(values.out, { recursive: true });
  const lines: string[] = [];
  // A drawing is rendered by one thread of the pool: as many at a time as there are cores, in order.
  const atOnce = availableParallelism();
  for (let start = 0; start < plans.length; start += atOnce) {
    lines.push(...(await Promise.all(plans.slice(start, start + atOnce).map((plan) => write(plan, values.out)))));
    showProgress(lines.length, plans.length);
  }
  writeFileSync(join(values.out, "labels.jsonl"), `${lines.join("\n")}\n`);
  console.log(`${plans.length} garments in ${values.out}`);
  return 0;
}

async function write(plan: GarmentPlan, folder: string): Promise<string> {
  const name = String(plan.index).padStart(3, "0");
  const views: Record<string, string> = { front: `${name}-front.jpg` };
  const drawing = drawFront(plan);
  const picture = await photograph(drawing, { ...front, random: streamOf(plan.seed, plan.index, 3) });
  writeFileSync(join(folder, `${name}-front.jpg`), picture);
  if (plan.tag !== null) {
    views["tag"] = `${name}-tag.jpg`;
    const close = await photograph(drawTag(plan), { ...tag, random: streamOf(plan.seed, plan.index, 4) });
    writeFileSync(join(folder, `${name}-tag.jpg`), close);
  }
  return JSON.stringify({ image: views["front"], labels: labelsOf(plan), views, drawing: sha256(drawing) });
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`--${name} takes a whole number from ${low} to ${high}, not ${JSON.stringify(text)}`);
  }
  return value;
}

function showProgress(done: number, total: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round((done / total) * 30);
  process.stderr.write(
    `\r${"█".repeat(filled)}${"░".repeat(30 - filled)} ${done}/${total}${done === total ? "\n" : ""}`,
  );
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
