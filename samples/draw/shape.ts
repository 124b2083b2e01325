import type { Random } from "../../src/kernel/index.ts";
import { between } from "./choice.ts";

/** Outlines are dense polylines: every cut, mirror and turn is then plain arithmetic on points. */
export type Point = readonly [x: number, y: number];

/** Points on the quadratic curve from one end to the other, both included. */
export function curve(from: Point, control: Point, to: Point, steps = 10): Point[] {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = i / steps;
    const u = 1 - t;
    return [
      u * u * from[0] + 2 * u * t * control[0] + t * t * to[0],
      u * u * from[1] + 2 * u * t * control[1] + t * t * to[1],
    ] as const;
  });
}

/** The same points on the other side of the axis x = 0, walked backwards, so that two halves join into one outline. */
export function mirror(points: readonly Point[]): Point[] {
  return points.map(([x, y]) => [-x, y] as const).reverse();
}

/** A closed outline from its right half, which runs from the top middle to the bottom middle. */
export function symmetric(half: readonly Point[]): Point[] {
  return [...half, ...mirror(half)];
}

export function shift(points: readonly Point[], dx: number, dy: number): Point[] {
  return points.map(([x, y]) => [x + dx, y + dy] as const);
}

export function mixPoints(a: Point, b: Point, t: number): Point {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/** A tenth of a unit is finer than a pixel; fewer digits keep the drawing text small and stable. */
export function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function linePath(points: readonly Point[]): string {
  return points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${number(x)} ${number(y)}`).join("");
}

export function closedPath(points: readonly Point[]): string {
  return `${linePath(points)}Z`;
}

/** A closed path with round corners: the points become control points of curves between the edges' middles. */
export function softPath(points: readonly Point[]): string {
  const at = (i: number): Point => points[i % points.length] ?? [0, 0];
  const start = mixPoints(at(points.length - 1), at(0), 0.5);
  const parts = points.map((point, i) => {
    const middle = mixPoints(point, at(i + 1), 0.5);
    return `Q${number(point[0])} ${number(point[1])} ${number(middle[0])} ${number(middle[1])}`;
  });
  return `M${number(start[0])} ${number(start[1])}${parts.join("")}Z`;
}

/** An uneven round patch: stains, holes, camouflage. `unevenness` 0 is an ellipse. */
export function blob(random: Random, center: Point, radius: Point, unevenness = 0.35, corners = 9): Point[] {
  return Array.from({ length: corners }, (_, i) => {
    const angle = ((i + between(random, -0.25, 0.25)) / corners) * 2 * Math.PI;
    const reach = 1 + between(random, -unevenness, unevenness);
    return [center[0] + Math.cos(angle) * radius[0] * reach, center[1] + Math.sin(angle) * radius[1] * reach] as const;
  });
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function boxOf(points: readonly Point[]): Box {
  const box: Box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}
