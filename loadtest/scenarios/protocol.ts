import { interactiveDeadlineMs } from "../traffic/plain.ts";
import { createUpload, readPictures } from "../traffic/request.ts";
import type { Upload } from "../traffic/request.ts";
import type { Garment } from "../traffic/samples.ts";
import type { Scenario } from "./scenario.ts";

/** As many as the model card's evaluation has. */
const workers = 8;
const quickGarments = 16;

export const protocol: Scenario = {
  summary: "the model card's protocol: 8 workers, every sample once, garments a second",
  target: "embedded",
  seconds: 600,
  quickSeconds: 60,
  rate: null,
  async run({ crowd, garments, options, phase }) {
    const chosen = options.isQuick ? garments.slice(0, quickGarments) : garments;
    phase(`${workers} workers`);
    await crowd.work(workers, uploadsOf(chosen));
    return {
      figures: {},
      notes: [`${chosen.length} of ${garments.length} garments, each once with all its photos, by ${workers} workers.`],
    };
  },
};

function* uploadsOf(garments: readonly Garment[]): Generator<Upload> {
  for (const garment of garments) {
    yield createUpload("multipart", readPictures(garment), {
      sampleId: garment.sampleId,
      deadlineMs: 3 * interactiveDeadlineMs,
    });
  }
}
