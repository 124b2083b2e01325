import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { createCanonicaliser, fieldWeights } from "../../src/attributes/index.ts";
import type { BackendConfig, FieldName } from "../../schemas/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";
import type { SimulatedGateway } from "../support/simulated-gateway.ts";

type Labels = Partial<Record<FieldName, string | null>>;

interface Sample {
  photo: string;
  labels: Labels;
}

interface Comparison {
  pairs: number;
  verdict: string;
  reasons: string[];
  weighted: { difference: number; low: number; high: number };
}

/** The two simulated builds with their real eyes: callers are served by fp8, and everything is mirrored to nvfp4. */
async function openBuilds(t: TestContext, margins: Record<string, number>): Promise<SimulatedGateway> {
  return openSimulatedGateway(t, {
    simulators: [
      { build: "fp8", seed: 8, vision: undefined as never },
      { build: "nvfp4", seed: 4, vision: undefined as never },
    ],
    change(config) {
      const { decision } = config.shadow;
      config.shadow = {
        ...config.shadow,
        enabled: true,
        baseline: "b0",
        candidate: "b1",
        mirror_rate: 1,
        decision: { ...decision, margins, min_pairs: 60 },
      };
      const [, candidate] = config.backends as readonly BackendConfig[];
      Object.assign(candidate as BackendConfig, { role: "shadow", quantization: "nvfp4" });
    },
  });
}

/** Live traffic: photos are answered, and labelled by the answer's id. */
async function serve(scene: SimulatedGateway, samples: readonly Sample[]): Promise<void> {
  const waiting = [...samples];
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const response = await scene.post(readFileSync(next.photo));
      assert.equal(response.status, 200);
      const { id } = (await response.json()) as { id: string };
      const labelled = await fetch(`${scene.url}/v1/labels`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ request_id: id, labels: next.labels, design: "audit" }),
      });
      assert.equal(labelled.status, 200);
    }
  }
  await Promise.all([work(), work(), work(), work()]);
}

async function view<T>({ url }: SimulatedGateway, path: string): Promise<T> {
  const response = await fetch(`${url}/v1/eval/${path}`);
  assert.equal(response.status, 200);
  return (await response.json()) as T;
}

function readSamples(folder: string, photoOf: (line: Record<string, never>) => string): Sample[] {
  const lines = readFileSync(join(folder, "labels.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => {
    const parsed = JSON.parse(line) as Record<string, never> & { labels: Labels };
    return { photo: join(folder, photoOf(parsed)), labels: parsed.labels };
  });
}

const drawn = "samples/garments";
const frontOf = (line: Record<string, never>): string => (line["views"] as unknown as { front: string }).front;

test("on live traffic a comparison of the two simulated builds goes from collecting to a verdict with its reasons", async (t) => {
  const scene = await openBuilds(t, { weighted: 0.2, type: 0.35, defect_type: 0.2, brand: 0.2, size: 0.2 });
  const samples = readSamples(drawn, frontOf);
  assert.equal((await view<Comparison>(scene, "comparison")).verdict, "collecting");
  await serve(scene, samples.slice(0, 20));
  await eventually(async () => (await view<Comparison>(scene, "comparison")).pairs === 20, "20 pairs", 20_000);
  const early = await view<Comparison>(scene, "comparison");
  assert.equal(early.verdict, "collecting");
  assert.ok(
    early.reasons.some((reason) => /pairs/.test(reason)),
    early.reasons.join("; "),
  );

  await serve(scene, samples.slice(20));
  await eventually(async () => (await view<Comparison>(scene, "comparison")).pairs === 72, "72 pairs", 40_000);
  const late = await view<Comparison>(scene, "comparison");
  assert.equal(late.verdict, "promote", late.reasons.join("; "));
  for (const measure of ["weighted", "type", "defect_type", "brand", "size"]) {
    assert.ok(
      late.reasons.some((reason) => reason.startsWith(`${measure}: not inferior`)),
      measure,
    );
  }
  assert.ok(!late.reasons.some((reason) => /\bbetter\b(?! quality)/.test(reason)), "non-inferior is not better");
  await scene.gateway.evaluation.watch();
  assert.equal(await scene.metric("shadow_verdict", { verdict: "promote" }), 1);
  const [entry] = await scene.gateway.evaluation.audit.newest("verdict", 1);
  assert.match(JSON.stringify(entry?.body), /"verdict":"promote"/);
});

const shared = "../shared/garments";
const isMissing = !existsSync(shared) && `${shared} is not there: the leaderboard on 150 real photos is not recomputed`;

interface Exported {
  content: string;
  arm: string;
  backend: string;
  prediction: Record<string, string | null> | null;
  labels: Labels;
  weighted: number;
  inclusion: number;
}

interface Board {
  arms: {
    backend: string;
    samples: number;
    weighted: { mean: number };
    fields: Record<FieldName, { accuracy: number; samples: number; valued_recall: number | null }>;
  }[];
}

test(
  "on 150 real photos the leaderboard's numbers follow from the exported lines alone",
  { skip: isMissing },
  async (t) => {
    const scene = await openBuilds(t, { weighted: 0.01 });
    const samples = readSamples(shared, (line) => String(line["image"]));
    await serve(scene, samples);
    await eventually(async () => (await view<Comparison>(scene, "comparison")).pairs === 150, "150 pairs", 60_000);

    const text = await (await fetch(`${scene.url}/v1/eval/export?format=jsonl`)).text();
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Exported);
    assert.equal(lines.length, 300);
    const board = await view<Board>(scene, "leaderboard");
    assert.equal(board.arms.length, 2);
    // From here on only what anyone has who has the export, the weights and the vocabulary.
    const { canonicalise } = createCanonicaliser();
    for (const arm of board.arms) {
      const own = lines.filter(({ backend }) => backend === arm.backend);
      assert.equal(arm.samples, own.length);
      let sum = 0;
      for (const field of fieldNames) {
        const labelled = own.filter(({ labels }) => labels[field] !== undefined);
        const isRight = ({ prediction, labels }: Exported): boolean =>
          prediction !== null &&
          canonicalise(field, prediction[field] ?? null) === canonicalise(field, labels[field] ?? null);
        const right = labelled.filter(isRight).length;
        assertClose(arm.fields[field].accuracy, right / labelled.length, `${arm.backend} ${field}`);
        const valued = labelled.filter(({ labels }) => canonicalise(field, labels[field] ?? null) !== null);
        if (valued.length > 0) {
          assertClose(arm.fields[field].valued_recall as number, valued.filter(isRight).length / valued.length, field);
        }
        sum += fieldWeights[field] * (right / labelled.length);
      }
      // All nine fields of every photo are labelled here.
      assertClose(arm.weighted.mean, sum / 12.5, `${arm.backend} weighted`);
    }
  },
);

function assertClose(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) < 1e-9, `${what}: ${actual} is not ${expected}`);
}
