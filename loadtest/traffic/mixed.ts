import type { Random } from "../../src/kernel/index.ts";
import { createBadUploads } from "./bad.ts";
import type { NextUpload } from "./crowd.ts";
import { interactiveDeadlineMs, shuffle } from "./plain.ts";
import { createUpload, readPictures } from "./request.ts";
import type { Form, Picture, Upload } from "./request.ts";
import type { Garment } from "./samples.ts";
import { prepareVariants } from "./variants.ts";

/** Shares of everything that is sent; the rest are ordinary garments. Assumed, as the shares of formats are. */
const badShare = 0.07;
const duplicateShare = 0.1;
const retriedShare = 0.04;
const bulkShare = 0.25;
const bulkDeadlineMs = 60_000;
const originalCount = 3;

/**
 * Traffic of all kinds at once: three forms, several formats and sizes, bulk beside interactive, garments that were asked for
 * before, retries with the same Idempotency-Key, and uploads that are wrong.
 */
export async function createMixedTraffic(garments: readonly Garment[], random: Random): Promise<NextUpload> {
  const order = shuffle(garments, random);
  const originals = order.slice(0, originalCount).flatMap((garment) => readPictures(garment).slice(0, 1));
  const nextVariant = await prepareVariants(originals, random);
  const bad = createBadUploads(originals[0] as Picture, interactiveDeadlineMs);
  let turn = 0;
  let retried: Upload | null = null;

  function ordinary(kind: "new" | "duplicate" | "retried"): Upload {
    const pool = kind === "duplicate" ? order.slice(0, originalCount) : order;
    const garment = pool[turn % pool.length] as Garment;
    const pictures = readPictures(garment);
    const form = drawForm(random);
    const isSingle = form === "raw" || pictures.length === 1;
    const sent = kind === "new" && isSingle ? [nextVariant(pictures[0] as Picture)] : pictures;
    const isBulk = random() < bulkShare;
    return createUpload(form, sent, {
      kind: kind === "new" ? `${form}${isBulk ? ", bulk" : ""}` : kind,
      sampleId: garment.sampleId,
      deadlineMs: isBulk ? bulkDeadlineMs : interactiveDeadlineMs,
      priority: isBulk ? "bulk" : "interactive",
      isCacheable: kind === "duplicate",
      ...(kind === "retried" && { idempotencyKey: `load-${turn}-${Math.floor(random() * 1e9)}` }),
    });
  }

  return () => {
    turn += 1;
    const drawn = random();
    if (drawn < badShare) return bad[turn % bad.length] as Upload;
    if (drawn < badShare + duplicateShare) return ordinary("duplicate");
    if (drawn < badShare + duplicateShare + retriedShare) {
      const again = retried;
      retried = again === null ? ordinary("retried") : null;
      return again ?? (retried as Upload);
    }
    return ordinary("new");
  };
}

function drawForm(random: Random): Form {
  const drawn = random();
  if (drawn < 0.5) return "raw";
  return drawn < 0.8 ? "multipart" : "json";
}
