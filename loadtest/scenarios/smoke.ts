import { createBadUploads } from "../traffic/bad.ts";
import { createPlainTraffic, interactiveDeadlineMs } from "../traffic/plain.ts";
import { readPictures } from "../traffic/request.ts";
import type { Picture } from "../traffic/request.ts";
import type { Garment } from "../traffic/samples.ts";
import type { Scenario } from "./scenario.ts";

export const smoke: Scenario = {
  summary: "a few garments in each form, then every wrong upload once: does it work at all?",
  target: "embedded",
  seconds: 10,
  quickSeconds: 4,
  rate: 3,
  async run({ crowd, garments, rate, seconds, random, phase }) {
    phase("garments");
    await crowd.offer([{ seconds, from: rate }], createPlainTraffic(garments, random), null);
    phase("wrong uploads");
    const [picture] = readPictures(garments[0] as Garment) as [Picture];
    await crowd.work(1, createBadUploads(picture, interactiveDeadlineMs).values());
    return { figures: {}, notes: [] };
  },
};
