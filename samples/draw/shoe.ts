import type { Random } from "../../src/kernel/index.ts";
import { drawBoot } from "./boot.ts";
import { between } from "./choice.ts";
import type { Drawing } from "./drawing.ts";
import type { GarmentPlan } from "./plan.ts";
import type { Sheet } from "./sheet.ts";
import { boxOf, linePath, number, shift } from "./shape.ts";
import type { Point } from "./shape.ts";
import { drawSneaker } from "./sneaker.ts";

/** One shoe from the side, toes to the left, its sole between y = 150 and 190. */
export interface Shoe {
  layers: string[];
  upper: Point[];
  logo: Point;
  spots: Point[];
}

/** A pair from the side; the far shoe stands a little behind. */
export function cutShoes(sheet: Sheet, plan: GarmentPlan, random: Random): Drawing {
  const isBoot = plan.type === "boots";
  const shoe = isBoot ? drawBoot(sheet, plan, random) : drawSneaker(sheet, plan, random);
  // Sneakers are low: the same drawing, pressed towards the sole.
  const [height, sole] = [isBoot ? 1 : 0.84, 150];
  const press = ([x, y]: Point): Point => [x, sole - (sole - y) * height];
  const upper = shoe.upper.map(press);
  const markup = `<g transform="translate(0 ${number(sole * (1 - height))}) scale(1 ${height})">${shoe.layers.join("")}</g>`;
  // The far shoe reaches beyond the near one, and the box must hold both.
  const behind: Point = [between(random, 34, 52), -between(random, 74, 92)];
  const reach = boxOf(upper);
  sheet.piece(
    shift(
      [
        [reach.left, reach.top],
        [reach.right, reach.bottom],
      ],
      behind[0],
      behind[1],
    ),
  );
  return {
    layers: [
      `<g transform="translate(${number(behind[0])} ${number(behind[1])})">${markup}<path d="${linePath(upper)}Z" opacity=".16"/></g>`,
      `<path d="M-196 176Q0 204 196 176L190 150Q0 190 -190 150Z" opacity=".5" filter="url(#soft)"/>`,
      markup,
    ],
    print: { at: press(shoe.logo), width: 90 },
    logo: press(shoe.logo),
    spots: shoe.spots.map(press),
    body: upper,
    hang: { y: 0, halfWidth: 0, byClips: false },
  };
}
