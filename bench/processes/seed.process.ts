/** Fills a store with what two arms made of some garments, as if they had been live and mirrored. */
import { seededRandom } from "../../src/kernel/index.ts";
import { openStorage } from "../../src/storage/index.ts";
import type { Insertable, Tables } from "../../src/storage/index.ts";
import { runChild } from "../harness/child.ts";

export interface SeedSetup {
  storageUrl: string;
  /** What the garments truly are; the arms are wrong about some fields. */
  garments: { sampleId: string; labels: Record<string, string | null> }[];
}

const arms = ["baseline", "candidate"] as const;
/** Of an arm's fields. */
const wrongShare = 0.1;
const rowsPerInsert = 200;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

await runChild(async (setup) => {
  const { storageUrl, garments } = setup as SeedSetup;
  const storage = await openStorage(storageUrl, { log: silent });
  const random = seededRandom(1);
  const now = Date.now();
  await storage.db
    .insertInto("arms")
    .values(arms.map((id) => armRow(id, now)))
    .execute();
  for (let at = 0; at < garments.length; at += rowsPerInsert) {
    const some = garments.slice(at, at + rowsPerInsert);
    await storage.db.transaction().execute(async (tx) => {
      await tx
        .insertInto("garments")
        .values(some.map(({ sampleId, labels }) => garmentRow(sampleId, labels, now)))
        .execute();
      const answers = some.flatMap(({ sampleId, labels }) =>
        arms.map((arm) => answerRow(arm, sampleId, spoil(labels, random), 100 + random() * 100, now)),
      );
      await tx.insertInto("answers").values(answers).execute();
    });
  }
  await storage.close();
  return { ready: {}, close: async () => {} };
});

function armRow(id: string, now: number): Insertable<Tables["arms"]> {
  const build = { quantization: "unknown", fingerprint: id, prompt: "p", schema: "s", preparation: "i" };
  return { id, backend: id, model: `sim-${id}`, ...build, simulated: 1, first_seen_ms: now };
}

function garmentRow(sampleId: string, attributes: object, now: number): Insertable<Tables["garments"]> {
  return {
    id: `gar_${sampleId}`,
    content: `content-${sampleId}`,
    sample_id: sampleId,
    metadata: null,
    created_ms: now,
    arm_id: arms[0],
    cache: "miss",
    tier: null,
    degraded: null,
    attributes: JSON.stringify(attributes),
    confidence: "{}",
  };
}

function answerRow(
  arm: (typeof arms)[number],
  sampleId: string,
  attributes: object,
  latencyMs: number,
  now: number,
): Insertable<Tables["answers"]> {
  return {
    content: `content-${sampleId}`,
    arm_id: arm,
    garment_id: `gar_${sampleId}`,
    origin: arm === "baseline" ? "live" : "mirror",
    outcome: "valid",
    failure: null,
    attributes: JSON.stringify(attributes),
    confidence: "{}",
    is_clean: 1,
    attempts: 1,
    latency_ms: latencyMs,
    prompt_tokens: 400,
    completion_tokens: 80,
    inclusion: 1,
    created_ms: now,
    is_scored: 0,
  };
}

function spoil(labels: Record<string, string | null>, random: () => number): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(labels).map(([field, value]) => [field, random() < wrongShare ? "something else" : value]),
  );
}
