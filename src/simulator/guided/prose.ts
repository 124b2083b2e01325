import type { Random } from "../../kernel/index.ts";
import type { Sighting } from "../sighting.ts";
import type { Segment } from "./answer-node.ts";

/**
 * What a model says when nothing constrains it: sentences that mention the attributes and are never JSON. Each word
 * carries a plausible probability of its own.
 */
export function writeProse(sighting: Sighting | null, random: Random): Segment[] {
  const sentences =
    sighting === null
      ? ["I can describe a garment once you show me a photo of it.", "There is no image in this conversation."]
      : describe(sighting);
  return sentences
    .join(" ")
    .split(/(?= )/)
    .map((text) => ({ text, probability: 0.7 + 0.299 * random(), alternatives: [] }));
}

function describe(sighting: Sighting): string[] {
  const say = (name: keyof Sighting) => sighting[name].value;
  const noun = [say("color"), say("pattern"), say("type") ?? "garment"].filter((word) => word !== null).join(" ");
  const details = [
    say("neckline") && `the neckline is ${say("neckline")}`,
    say("sleeve_length") && `the sleeves are ${say("sleeve_length")}`,
    say("closure") && `the closure is ${say("closure")}`,
  ].filter((detail) => detail !== null);
  return [
    `The image shows a ${noun}.`,
    details.length > 0 ? `Looking closer, ${details.join(", ")}.` : "I cannot make out finer details.",
    say("brand") === null ? "No brand is readable." : `The brand reads ${say("brand")}.`,
    say("size") === null ? "I see no size label." : `The size on the label is ${say("size")}.`,
    say("defect_type") === null ? "I see no defect." : `There is a visible defect: ${say("defect_type")}.`,
  ];
}
