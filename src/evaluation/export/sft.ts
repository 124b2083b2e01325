import { fieldNames } from "../../../schemas/index.ts";
import type { ExportRow } from "./rows.ts";

/** An image of a garment, as it is asked for at this gateway. */
export interface ImageReference {
  view: string;
  url: string;
}

/**
 * One chat for supervised fine-tuning: the images, the fields that are labelled, and the labels as the answer. Images are
 * named and not held; a field without a label is not asked for, because an answer that leaves it out would be learned.
 */
export function toSftLine({ labels, garment }: ExportRow, images: readonly ImageReference[]): string {
  const labelled = fieldNames.filter((field) => labels[field] !== undefined);
  const question = `Describe this garment as a JSON object with exactly these keys: ${labelled.join(", ")}. A value that cannot be seen or is not there is null.`;
  const answer = JSON.stringify(Object.fromEntries(labelled.map((field) => [field, labels[field] ?? null])));
  const chat = {
    id: garment,
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: question },
          ...images.map(({ view, url }) => ({ type: "image_url", view, image_url: { url } })),
        ],
      },
      { role: "assistant", content: [{ type: "text", text: answer }] },
    ],
  };
  return `${JSON.stringify(chat)}\n`;
}
