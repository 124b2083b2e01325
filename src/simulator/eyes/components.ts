import type { Mask } from "./segmentation.ts";

interface Component {
  label: number;
  area: number;
  /** Sum over its pixels of certainty times nearness to the centre. */
  weight: number;
}

/** A second component this heavy against the first is garment as well: the other shoe, the other half of an open jacket. */
const secondShare = 0.35;
/** Less of the picture than this is a speck, no garment. */
const leastShare = 0.01;

/**
 * Of all connected regions surer than even, keeps the heavy central ones and fills the holes in them.
 * Null where there is no region worth the name.
 */
export function keepGarment(garment: Float32Array, width: number, height: number): Mask | null {
  const labels = new Int32Array(garment.length);
  const components = findComponents(garment, labels, width, height);
  let heaviest: Component | undefined;
  for (const component of components) if (!heaviest || component.weight > heaviest.weight) heaviest = component;
  if (!heaviest || heaviest.area < leastShare * garment.length) return null;
  const isKept = new Uint8Array(components.length + 1);
  for (const { label, weight } of components) if (weight >= secondShare * heaviest.weight) isKept[label] = 1;
  const inside = new Uint8Array(garment.length);
  for (let at = 0; at < inside.length; at++) inside[at] = isKept[labels[at]!]!;
  fillHoles(inside, width, height);
  let area = 0;
  for (const value of inside) area += value;
  return { width, height, inside, area };
}

function findComponents(garment: Float32Array, labels: Int32Array, width: number, height: number): Component[] {
  const components: Component[] = [];
  for (let start = 0; start < garment.length; start++) {
    if (garment[start]! < 0.5 || labels[start] !== 0) continue;
    const component: Component = { label: components.length + 1, area: 0, weight: 0 };
    const isOpen = (at: number) => garment[at]! >= 0.5 && labels[at] === 0;
    for (const at of flood(labels, start, component.label, width, height, isOpen)) {
      const across = ((2 * (at % width) + 1) / width - 1) ** 2;
      const down = ((2 * Math.floor(at / width) + 1) / height - 1) ** 2;
      component.area++;
      component.weight += garment[at]! * Math.exp(-2 * (across + down));
    }
    components.push(component);
  }
  return components;
}

/** Whatever the border cannot reach without crossing the garment is garment: prints and pockets of the background's colour. */
function fillHoles(inside: Uint8Array, width: number, height: number): void {
  const reached = new Int32Array(inside.length);
  const isOpen = (at: number) => inside[at] === 0 && reached[at] === 0;
  const enter = (at: number) => {
    if (isOpen(at)) flood(reached, at, 1, width, height, isOpen);
  };
  for (let x = 0; x < width; x++) {
    enter(x);
    enter((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    enter(y * width);
    enter(y * width + width - 1);
  }
  for (let at = 0; at < inside.length; at++) if (reached[at] === 0) inside[at] = 1;
}

/** Marks all open pixels connected to `start` and returns them. */
function flood(
  labels: Int32Array,
  start: number,
  mark: number,
  width: number,
  height: number,
  isOpen: (at: number) => boolean,
): number[] {
  const found = [start];
  labels[start] = mark;
  const push = (at: number) => {
    if (!isOpen(at)) return;
    labels[at] = mark;
    found.push(at);
  };
  // Read while it grows: what was found is walked in turn.
  for (let next = 0; next < found.length; next++) {
    const at = found[next]!;
    const x = at % width;
    if (x > 0) push(at - 1);
    if (x < width - 1) push(at + 1);
    if (at >= width) push(at - width);
    if (at < width * (height - 1)) push(at + width);
  }
  return found;
}
