import type { Random } from "../../src/kernel/index.ts";
import type { NextUpload } from "./crowd.ts";
import { createUpload, readPictures } from "./request.ts";
import type { Form } from "./request.ts";
import type { Garment } from "./samples.ts";

/** As the gateway has it for interactive requests. */
export const interactiveDeadlineMs = 10_000;

/** Garments in a shuffled order, again and again, in one of the three forms by turns; each is a model's work. */
export function createPlainTraffic(garments: readonly Garment[], random: Random): NextUpload {
  const order = shuffle(garments, random);
  const forms: readonly Form[] = ["multipart", "raw", "json"];
  let turn = 0;
  return () => {
    const garment = order[turn % order.length] as Garment;
    const form = forms[turn % forms.length] as Form;
    turn += 1;
    return createUpload(form, readPictures(garment), {
      sampleId: garment.sampleId,
      deadlineMs: interactiveDeadlineMs,
    });
  };
}

export function shuffle<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
