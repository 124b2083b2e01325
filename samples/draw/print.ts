import type { Random } from "../../src/kernel/index.ts";
import { pick } from "./choice.ts";
import type { Drawing } from "./drawing.ts";
import { drawText, textWidth } from "./letters.ts";
import type { GarmentPlan } from "./plan.ts";
import { brightness, hexOf } from "./palette.ts";
import { number } from "./shape.ts";

/** Plain words, so that nobody takes a slogan for a maker's name. */
const slogans = [
  ["GOOD", "MORNING"],
  ["SLOW", "SUNDAY"],
  ["HELLO", "OCEAN"],
  ["MORE", "COFFEE"],
  ["OUT", "OF OFFICE"],
  ["STAY", "CURIOUS"],
  ["WINTER", "IS LONG"],
  ["ONE", "MORE MILE"],
] as const;

const capWords = ["FRIDAY", "LAKE", "SUNNY", "COAST"] as const;

/** What is printed on the front in one place: a slogan, a picture, the maker's name. */
export function drawPrints(plan: GarmentPlan, drawing: Drawing, random: Random): string {
  const base = hexOf(plan.base);
  const ink = hexOf(plan.accents[0] ?? "white");
  const { at, width } = drawing.print;
  const isHat = plan.type === "cap";
  const parts: string[] = [];
  if (plan.pattern === "text print") {
    const words = isHat ? [pick(random, capWords)] : pick(random, slogans);
    const longest = Math.max(...words.map((word) => textWidth(word, 1)));
    const height = Math.min(44, (width * 0.84) / longest);
    words.forEach((word, i) => {
      const y = at[1] + (i - words.length / 2) * height * 1.45;
      parts.push(drawText(word, { x: at[0], y, height, color: ink, weight: 1.15 }));
    });
  }
  if (plan.pattern === "graphic print") {
    const scale = (width / 150) * (isHat ? 0.62 : 1);
    const picture = pick(random, pictures);
    parts.push(
      `<g transform="translate(${number(at[0])} ${number(at[1])}) scale(${scale.toFixed(3)})">${picture(ink)}</g>`,
    );
  }
  if (plan.hasPrintedBrand) parts.push(drawBrand(plan, drawing, base));
  return parts.join("");
}

/** The maker's name where such garments carry it: small on the chest, across the front of a cap, on a shoe's side. */
function drawBrand(plan: GarmentPlan, drawing: Drawing, base: string): string {
  const isAcross =
    ["t-shirt", "sweatshirt", "hoodie", "cap"].includes(plan.type) &&
    plan.closure !== "full zip" &&
    plan.closure !== "button placket";
  const cloth = plan.pattern === "colorblock" && isAcross ? hexOf(plan.accents[0] ?? plan.base) : base;
  const color = brightness(cloth) < 0.6 ? "#f6f4ee" : "#1d1f26";
  const [x, y] = isAcross && plan.closure !== "half zip" ? drawing.print.at : drawing.logo;
  const room = isAcross && plan.closure !== "half zip" ? drawing.print.width * 0.8 : plan.type === "sneakers" ? 96 : 82;
  const height = Math.min(30, room / textWidth(plan.brand, 1));
  return drawText(plan.brand, { x, y: y - height / 2, height, color, weight: 1.05 });
}

/** Pictures about 150 units wide around their middle, in one ink and two helpers. */
const pictures: readonly ((ink: string) => string)[] = [
  // Sun over mountains.
  (ink) =>
    `<circle cy="-20" r="38" fill="#f0a13a"/><path d="M-75 45L-28 -28L-6 4L22 -40L75 45Z" fill="${ink}"/><path d="M22 -40L6 -14L20 -18L28 -8L40 -12Z" fill="#fff" opacity=".85"/><path d="M-75 54H75M-52 64H52" stroke="${ink}" stroke-width="5"/>`,
  // A cat's head.
  (ink) =>
    `<path d="M-52 -62L-22 -38Q0 -46 22 -38L52 -62Q66 -6 50 22Q30 52 0 52Q-30 52 -50 22Q-66 -6 -52 -62Z" fill="${ink}"/><circle cx="-22" cy="-4" r="10" fill="#e9c342"/><circle cx="22" cy="-4" r="10" fill="#e9c342"/><path d="M-22 -12v16M22 -12v16" stroke="#111" stroke-width="4"/><path d="M-7 16h14l-7 9z" fill="#e58a93"/><path d="M-16 24l-44 -6M-16 30l-42 10M16 24l44 -6M16 30l42 10" stroke="#a7a49c" stroke-width="2.5"/>`,
  // Waves in a ring.
  (ink) =>
    `<circle r="64" fill="none" stroke="${ink}" stroke-width="7"/><path d="M-58 4Q-40 -24 -22 4T14 4T50 4M-54 28Q-38 2 -20 28T14 28T48 28" fill="none" stroke="#38a3c4" stroke-width="9"/><circle cx="14" cy="-34" r="14" fill="#e5573c"/>`,
  // A rocket.
  (ink) =>
    `<path d="M0 -76Q30 -44 26 24H-26Q-30 -44 0 -76Z" fill="${ink}"/><path d="M-26 0L-50 40L-24 30ZM26 0L50 40L24 30Z" fill="#d8433b"/><circle cy="-22" r="13" fill="#69b7d8"/><path d="M-14 28L0 74L14 28Z" fill="#f0a13a"/>`,
  // A palm.
  (ink) =>
    `<circle cy="-4" r="60" fill="#f2b84b" opacity=".9"/><path d="M-4 66Q8 20 0 -18" fill="none" stroke="${ink}" stroke-width="9"/><path d="M0 -18Q-30 -50 -62 -22Q-32 -30 0 -18Q-24 -18 -48 14Q-20 -10 0 -18Q30 -50 62 -22Q32 -30 0 -18Q24 -18 48 14Q20 -10 0 -18Q2 -50 -14 -66Q12 -52 0 -18" fill="${ink}"/>`,
];
